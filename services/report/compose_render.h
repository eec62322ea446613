/* A composed report as text. Everything that came from outside is escaped.
 * RESOURCE_EXHAUSTED: the buffer's maximum. */
#pragma once

#include "base/buffer.h"
#include "base/status.h"
#include "report.rpc.h"

/* Markdown with pipe tables. */
NODISCARD enum status compose_markdown(const report_document *document, struct buffer *out);

/* One self-contained HTML page, printable on A4. */
NODISCARD enum status compose_html(const report_document *document, struct buffer *out);
