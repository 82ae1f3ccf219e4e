#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

#define TF_SCHEMA_APPLICATION 0x54465731 /* “TFW1” */
#define TF_SCHEMA_VERSION 5

gboolean tf_schema_migrate (sqlite3 *db,
                            gint64   version,
                            GError **error);

G_END_DECLS
