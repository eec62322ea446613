// Package lines is what both Go peers share: the read of GetLine and the answer of Check.
package lines

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"sync"

	"zombiezen.com/go/sqlite"

	"bench/gen/budgetpb"
	"bench/gen/typepb"
)

// Reader runs the services' own statement on one read connection: with one core there is nothing to
// gain from more. SQLite is modernc.org's, through the thinnest of its packages; mattn's took longer.
type Reader struct {
	mutex sync.Mutex
	get   *sqlite.Stmt
}

// Arguments are PORT STORE SQL.
func Arguments() (address string, reader *Reader) {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "PORT STORE SQL")
		os.Exit(2)
	}
	// The heap is small and the machine is not: collect less often than the default.
	debug.SetGCPercent(400)
	sql, err := os.ReadFile(os.Args[3])
	if err != nil {
		panic(err)
	}
	connection, err := sqlite.OpenConn(os.Args[2], sqlite.OpenReadOnly)
	if err != nil {
		panic(err)
	}
	get, err := connection.Prepare(string(sql))
	if err != nil {
		panic(err)
	}
	return "127.0.0.1:" + os.Args[1], &Reader{get: get}
}

// Get returns nil where there is no line of that name.
func (r *Reader) Get(name string) (*budgetpb.Line, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	defer r.get.Reset()
	r.get.BindText(1, name)
	found, err := r.get.Step()
	if !found || err != nil {
		return nil, err
	}
	line := &budgetpb.Line{
		Name:         r.get.ColumnText(1),
		FiscalYear:   r.get.ColumnInt32(2),
		Parent:       r.get.ColumnText(3),
		Label:        r.get.ColumnText(4),
		Depth:        r.get.ColumnInt32(5),
		Position:     r.get.ColumnInt32(6),
		Publisher:    r.get.ColumnText(7),
		Memo:         r.get.ColumnInt32(8) != 0,
		CurrentWon:   r.get.ColumnInt64(13),
		CommittedWon: r.get.ColumnInt64(14),
		SpentWon:     r.get.ColumnInt64(15),
		ReservedWon:  r.get.ColumnInt64(16),
		LineClass:    budgetpb.LineClass(r.get.ColumnInt32(17)),
		Closed:       r.get.ColumnInt32(18) != 0,
	}
	if report := r.get.ColumnText(9); report != "" {
		line.Citation = &typepb.Citation{
			ReportId: report,
			Line:     r.get.ColumnInt32(11),
			TableRow: r.get.ColumnInt32(12),
		}
		if section := r.get.ColumnText(10); section != "" {
			line.Citation.SectionPath = strings.Split(section, "\n")
		}
		if line.Citation.Line > 0 {
			line.Citation.Column = 1
		}
	}
	return line, nil
}
