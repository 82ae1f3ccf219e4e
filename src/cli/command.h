#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "core/base/fixed.h"
#include "core/base/time.h"

G_BEGIN_DECLS

/* Exit statuses: stable, scripts depend on them. */
#define TF_EXIT_DONE   0
#define TF_EXIT_FAILED 1 /* the checked thing does not hold, or the run failed */
#define TF_EXIT_USAGE  2

/* One word after “tradefollow-cli”. @run gets the arguments from that word on. */
typedef struct
{
  const char *name;
  const char *synopsis;
  const char *summary;
  int       (*run) (int    argc,
                    char **argv);
} TfCommandLine;

extern const TfCommandLine tf_command_run, tf_command_backtest, tf_command_journal, tf_command_list, tf_command_stop,
    tf_command_rearm, tf_command_indicator, tf_command_decode, tf_command_play, tf_command_keys,
    tf_command_traders;

/* Errors, as one line on stderr */
int         tf_cli_fail             (const GError        *error);
int         tf_cli_usage            (const TfCommandLine *command,
                                     const char          *format,
                                     ...) G_GNUC_PRINTF (2, 3);
/* Takes the options out of @argv; what is left over is wrong use unless @rest is given. TF_EXIT_DONE, or a status to exit with. */
int         tf_cli_parse            (const TfCommandLine *command,
                                     const GOptionEntry  *options,
                                     int                 *argc,
                                     char              ***argv,
                                     gboolean             rest);

/* One JSON object on stdout */
void        tf_cli_print_json       (JsonBuilder         *builder);
void        tf_json_decimal         (JsonBuilder         *builder,
                                     const char          *name,
                                     gint64               raw);
void        tf_json_ratio           (JsonBuilder         *builder,
                                     const char          *name,
                                     double               value);
void        tf_json_string          (JsonBuilder         *builder,
                                     const char          *name,
                                     const char          *value);
void        tf_json_int             (JsonBuilder         *builder,
                                     const char          *name,
                                     gint64               value);
void        tf_json_time            (JsonBuilder         *builder,
                                     const char          *name,
                                     TfTime               time);

G_END_DECLS
