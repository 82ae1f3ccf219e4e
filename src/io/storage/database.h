#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* SQLite with GErrors that read “file: found …, expected …”. Private to this folder. */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

sqlite3_stmt *tf_db_prepare   (sqlite3       *db,
                               const char    *sql,
                               GError       **error);
gboolean      tf_db_exec      (sqlite3       *db,
                               const char    *sql,
                               GError       **error);
gboolean      tf_db_step      (sqlite3_stmt  *stmt,
                               gboolean      *row,
                               GError       **error);
gboolean      tf_db_integer   (sqlite3       *db,
                               const char    *sql,
                               gint64        *value,
                               GError       **error);
gboolean      tf_db_begin     (sqlite3       *db,
                               GError       **error);
gboolean      tf_db_end       (sqlite3       *db,
                               gboolean       good,
                               GError       **error);
void          tf_db_set_error (sqlite3       *db,
                               int            code,
                               GError       **error);

/* Text and doubles of a column: never NULL; a double that is NULL in the table is NaN. */
const char   *tf_db_text      (sqlite3_stmt  *stmt,
                               int            column);
double        tf_db_double    (sqlite3_stmt  *stmt,
                               int            column);
void          tf_db_bind_text (sqlite3_stmt  *stmt,
                               int            parameter,
                               const char    *text);

G_END_DECLS
