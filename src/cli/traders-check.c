/* tradefollow-cli traders check: opens one source for some seconds and says what it found, or why not. */

#include "cli/traders.h"

#include <stdio.h>

#include "core/base/error.h"
#include "io/secrets/secrets.h"
#include "io/sources/hub.h"

#define PATIENCE_MS 10000
#define AFTER_MS 1500 /* once it is live: what is there comes at once, what is new may take hours */

typedef struct
{
  GMainLoop      *loop;
  GSource        *end;
  TfSourceFigures figures;
  gboolean        live;
  JsonBuilder    *found; /* an array that is open */
  gboolean        json;
} Check;

static gboolean
on_end (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

static void
end_after (Check *self,
           guint  ms)
{
  if (self->end != NULL)
    g_source_destroy (self->end);
  g_clear_pointer (&self->end, g_source_unref);
  self->end = g_timeout_source_new (ms);
  g_source_set_callback (self->end, on_end, self->loop, NULL);
  g_source_attach (self->end, NULL);
}

static void
on_changed (guint                  spec,
            const TfSourceFigures *figures,
            gpointer               data)
{
  Check *self = data;

  if (figures->state == TF_SOURCE_OFF)
    return;
  self->figures = *figures;
  if (figures->state == TF_SOURCE_FAILED || figures->state == TF_SOURCE_WAITING)
    g_main_loop_quit (self->loop);
  else if (figures->state == TF_SOURCE_LIVE && !self->live)
    {
      self->live = TRUE;
      end_after (self, AFTER_MS);
    }
}

static void
on_signal (guint                 spec,
           const TfTraderSignal *signal,
           const char           *raw,
           gsize                 length,
           gpointer              data)
{
  Check *self = data;
  const char *side = signal->side > 0 ? "buy" : signal->side < 0 ? "sell" : "close";
  char time[TF_TIME_SIZE], quantity[TF_DECIMAL_SIZE];

  json_builder_begin_object (self->found);
  tf_json_string (self->found, "id", signal->id);
  tf_json_string (self->found, "instrument", signal->symbol);
  tf_json_string (self->found, "side", side);
  tf_json_decimal (self->found, "price", signal->price.raw);
  tf_json_decimal (self->found, "quantity", signal->quantity.raw);
  tf_json_time (self->found, "happened_at", signal->happened);
  tf_json_time (self->found, "published_at", signal->published);
  tf_json_string (self->found, "evidence", signal->evidence);
  json_builder_end_object (self->found);
  if (!self->json)
    printf ("%s %s %s %s: %s\n", tf_time_format (signal->published, time), side,
            tf_decimal_format (signal->quantity.raw, quantity), signal->symbol, signal->evidence);
}

static void
tell_figures (const TfTradersOptions *options,
              Check                  *self)
{
  const TfSourceFigures *figures = &self->figures;

  json_builder_end_array (self->found);
  tf_json_int (self->found, "messages", (gint64) figures->messages);
  tf_json_int (self->found, "signals", (gint64) figures->signals);
  tf_json_int (self->found, "ignored", (gint64) figures->ignored);
  tf_json_int (self->found, "errors", (gint64) figures->errors);
  tf_json_string (self->found, "state", tf_source_state_name (figures->state));
  tf_json_string (self->found, "reason", figures->reason);
  json_builder_end_object (self->found);
  if (options->json)
    tf_cli_print_json (self->found);
  else
    printf ("%s %s: %s (%s); %" G_GUINT64_FORMAT " messages, %" G_GUINT64_FORMAT " signals, %" G_GUINT64_FORMAT
            " of no news, %" G_GUINT64_FORMAT " errors\n", options->kind, options->address,
            tf_source_state_name (figures->state), figures->reason, figures->messages, figures->signals, figures->ignored,
            figures->errors);
}

/* Of a webhook: whose it is has to be said. */
static char *
secret_of (const TfTradersOptions *options)
{
  g_autofree char *name = tf_source_secret_name (options->name != NULL ? options->name : "");

  return options->name != NULL && tf_source_has_secret (options->kind) ? tf_secrets_get (name, NULL) : NULL;
}

/**
 * tf_traders_check:
 *
 * A test fetch. Nothing of it is kept, and what it reads is traded by nobody.
 */
int
tf_traders_check (const TfTradersOptions *options)
{
  static const TfSourceHubEvents events = { .signal = on_signal, .changed = on_changed };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (TfSourceHub) hub = NULL;
  char *secret;
  char grade[2] = { tf_source_grade (options->kind), '\0' };
  Check self = { .found = builder, .json = options->json };

  if (options->kind == NULL || options->address == NULL)
    return tf_cli_usage (&tf_command_traders, "found no %s, expected --kind and --address",
                         options->kind == NULL ? "--kind" : "--address");
  if (!tf_source_check (options->kind, options->address, &error))
    return tf_cli_usage (&tf_command_traders, "%s", error->message);
  json_builder_begin_object (builder);
  tf_json_string (builder, "kind", options->kind);
  tf_json_string (builder, "grade", grade);
  tf_json_string (builder, "address", options->address);
  json_builder_set_member_name (builder, "found");
  json_builder_begin_array (builder);
  secret = secret_of (options);
  hub = tf_source_hub_new (&(TfSourceSpec) {
                             .kind = options->kind,
                             .trader = options->name != NULL ? options->name : (char *) "check",
                             .address = options->address,
                             .endpoint = options->endpoint,
                             .contact = options->contact,
                             .secret = secret,
                           }, 1, &events, &self);
  tf_secret_free (secret);
  self.loop = g_main_loop_new (NULL, FALSE);
  end_after (&self, PATIENCE_MS);
  tf_source_hub_start (hub);
  if (self.figures.state != TF_SOURCE_FAILED && self.figures.state != TF_SOURCE_WAITING)
    g_main_loop_run (self.loop);
  tf_source_hub_get_figures (hub, 0, &self.figures);
  tf_source_hub_stop (hub);
  g_source_destroy (self.end);
  g_source_unref (self.end);
  g_main_loop_unref (self.loop);
  tell_figures (options, &self);
  return self.figures.state == TF_SOURCE_LIVE && self.figures.errors == 0 ? TF_EXIT_DONE : TF_EXIT_FAILED;
}
