//! tonic on a runtime of one thread, since it has one core; the statement is prepared once.
//!
//!     bench-tonic PORT STORE SQL
use std::cell::RefCell;
use std::net::SocketAddr;

use rusqlite::{Connection, OpenFlags, Row, Statement};
use tonic::{Request, Response, Status, transport::Server};

pub mod sotong {
    pub mod options {
        pub mod v1 {
            tonic::include_proto!("sotong.options.v1");
        }
    }
    pub mod r#type {
        pub mod v1 {
            tonic::include_proto!("sotong.r#type.v1");
        }
    }
    pub mod budget {
        pub mod v1 {
            tonic::include_proto!("sotong.budget.v1");
        }
    }
}
mod health {
    tonic::include_proto!("grpc.health.v1");
}

use health::health_check_response::ServingStatus;
use health::health_server::{Health, HealthServer};
use health::{HealthCheckRequest, HealthCheckResponse};
use sotong::budget::v1::budget_service_server::{BudgetService, BudgetServiceServer};
use sotong::budget::v1::*;
use sotong::r#type::v1::Citation;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

thread_local! {
    // The connection lives as long as the process, so that its statement may be kept.
    static GET_LINE: RefCell<Statement<'static>> = RefCell::new(prepare());
}

fn prepare() -> Statement<'static> {
    let arguments: Vec<String> = std::env::args().collect();
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // Without its statistics SQLite allocates without a mutex. Nothing has been opened yet.
    unsafe { rusqlite::ffi::sqlite3_config(rusqlite::ffi::SQLITE_CONFIG_MEMSTATUS, 0) };
    let connection = Connection::open_with_flags(&arguments[2], flags).expect("the store opens");
    let sql = std::fs::read_to_string(&arguments[3]).expect("the statement is there");
    Box::leak(Box::new(connection)).prepare(&sql).expect("the statement is right")
}

fn text(row: &Row, column: usize) -> rusqlite::Result<String> {
    Ok(row.get_ref(column)?.as_str()?.to_owned())
}

fn line_of(row: &Row) -> rusqlite::Result<Line> {
    let report_id = text(row, 9)?;
    let citation = if report_id.is_empty() {
        None
    } else {
        let section = row.get_ref(10)?.as_str()?;
        let line = row.get(11)?;
        Some(Citation {
            report_id,
            section_path: section.split('\n').filter(|s| !s.is_empty()).map(str::to_owned).collect(),
            line,
            column: (line > 0).into(),
            table_row: row.get(12)?,
            ..Default::default()
        })
    };
    Ok(Line {
        name: text(row, 1)?,
        fiscal_year: row.get(2)?,
        parent: text(row, 3)?,
        label: text(row, 4)?,
        depth: row.get(5)?,
        position: row.get(6)?,
        publisher: text(row, 7)?,
        memo: row.get::<_, i64>(8)? != 0,
        citation,
        current_won: row.get(13)?,
        committed_won: row.get(14)?,
        spent_won: row.get(15)?,
        reserved_won: row.get(16)?,
        line_class: row.get(17)?,
        closed: row.get::<_, i64>(18)? != 0,
    })
}

struct Budget;

#[tonic::async_trait]
impl BudgetService for Budget {
    async fn get_line(
        &self,
        request: Request<GetLineRequest>,
    ) -> Result<Response<GetLineResponse>, Status> {
        let name = request.into_inner().name;
        let line = GET_LINE.with_borrow_mut(|get| get.query_row([&name], line_of));
        match line {
            Ok(line) => Ok(Response::new(GetLineResponse { line: Some(line) })),
            Err(rusqlite::Error::QueryReturnedNoRows) => {
                Err(Status::not_found(format!("there is no line {name}")))
            }
            Err(error) => Err(Status::internal(error.to_string())),
        }
    }
}

struct Alive;

#[tonic::async_trait]
impl Health for Alive {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        if !request.get_ref().service.is_empty() {
            return Err(Status::not_found("no such service"));
        }
        Ok(Response::new(HealthCheckResponse { status: ServingStatus::Serving.into() }))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let address: SocketAddr = format!("127.0.0.1:{}", arguments[1]).parse()?;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        Server::builder()
            .tcp_nodelay(true)
            .add_service(HealthServer::new(Alive))
            .add_service(BudgetServiceServer::new(Budget))
            .serve(address)
            .await
    })?;
    Ok(())
}
