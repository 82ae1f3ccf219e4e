#include "model/live-sources.h"

#include <string.h>

#include "io/storage/sources.h"

#define NOTICE_EVERY TF_MINUTE /* of one source: a flood of forgeries is one entry with a number */

/* What was said on the record about a source. */
typedef struct
{
  guint64  errors;
  TfTime   noticed; /* 0: nothing yet */
  gboolean failed;
} Noticed;

struct _TfLiveSources
{
  double        pace;
  TfConnection *connection; /* (nullable): there is none before the market is live */
  TfSourceHub  *hub;        /* (nullable) */
  GPtrArray    *specs;      /* of TfSourceSpec: what the hub listens to, or will once the market is live */
  Noticed      *noticed;    /* [spec] */
  /* between threads */
  GMutex        lock;
  GArray       *figures;    /* TfSourceFigures, [spec] */
  GPtrArray    *evidence;   /* TfEvidence that nobody has taken yet */
};

/**
 * tf_live_sources_new:
 * @pace: 1, more where time passes faster
 */
TfLiveSources *
tf_live_sources_new (double pace)
{
  TfLiveSources *self = g_new0 (TfLiveSources, 1);

  self->pace = pace;
  self->specs = g_ptr_array_new ();
  self->figures = g_array_new (FALSE, TRUE, sizeof (TfSourceFigures));
  self->evidence = g_ptr_array_new_with_free_func ((GDestroyNotify) tf_evidence_free);
  g_mutex_init (&self->lock);
  return self;
}

/**
 * tf_live_sources_free:
 *
 * On any thread, once they are stopped.
 */
void
tf_live_sources_free (TfLiveSources *self)
{
  g_ptr_array_unref (self->specs);
  g_free (self->noticed);
  g_array_unref (self->figures);
  g_ptr_array_unref (self->evidence);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Keeps the raw words, whose hash leads the evidence: “sha256:…”. */
static void
keep_evidence (TfLiveSources        *self,
               const TfTraderSignal *signal,
               const char           *raw,
               gsize                 length)
{
  TfEvidence *evidence;

  if (raw == NULL || !g_str_has_prefix (signal->evidence, "sha256:"))
    return;
  evidence = g_new0 (TfEvidence, 1);
  g_strlcpy (evidence->hash, signal->evidence + strlen ("sha256:"), sizeof evidence->hash);
  evidence->time = signal->received;
  evidence->raw = g_bytes_new (raw, length);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->evidence, evidence);
  g_mutex_unlock (&self->lock);
}

static void
on_signal (guint                 spec,
           const TfTraderSignal *signal,
           const char           *raw,
           gsize                 length,
           gpointer              data)
{
  TfLiveSources *self = data;
  const TfSourceSpec *source = g_ptr_array_index (self->specs, spec);
  TfTraderSignal copy = *signal;
  TfEvent event = { .type = TF_EVENT_SIGNAL, .instrument = -1, .signal = &copy };

  g_strlcpy (copy.trader, source->trader, sizeof copy.trader);
  copy.grade = tf_source_grade (source->kind);
  keep_evidence (self, &copy, raw, length);
  tf_connection_extra (self->connection, &event);
}

static void
on_changed (guint                  spec,
            const TfSourceFigures *figures,
            gpointer               data)
{
  TfLiveSources *self = data;
  const TfSourceSpec *source = g_ptr_array_index (self->specs, spec);
  Noticed *noticed = &self->noticed[spec];
  TfTime now = tf_connection_now (self->connection);
  gboolean fails = figures->state == TF_SOURCE_FAILED && !noticed->failed;

  g_mutex_lock (&self->lock);
  g_array_index (self->figures, TfSourceFigures, spec) = *figures;
  g_mutex_unlock (&self->lock);
  noticed->failed = figures->state == TF_SOURCE_FAILED;
  if (fails || (figures->errors > noticed->errors && (noticed->noticed == 0 || now - noticed->noticed >= NOTICE_EVERY)))
    {
      TfSourceNotice notice = { .count = (gint64) MAX (figures->errors - noticed->errors, 1) };
      TfEvent event = { .type = TF_EVENT_NOTICE, .instrument = -1, .notice = &notice };

      g_strlcpy (notice.trader, source->trader, sizeof notice.trader);
      g_strlcpy (notice.source, source->kind, sizeof notice.source);
      g_strlcpy (notice.reason, figures->reason, sizeof notice.reason);
      noticed->errors = figures->errors;
      noticed->noticed = now;
      tf_connection_extra (self->connection, &event);
    }
}

/* What was listened to until now goes on from there. */
static void
go_on (TfLiveSources *self,
       GPtrArray     *specs)
{
  for (guint j = 0; j < self->specs->len; j++)
    for (guint k = 0; k < specs->len; k++)
      {
        const TfSourceSpec *old = g_ptr_array_index (self->specs, j);
        TfSourceSpec *spec = g_ptr_array_index (specs, k);
        TfTime heard = g_array_index (self->figures, TfSourceFigures, j).heard;

        if (strcmp (spec->kind, old->kind) == 0 && strcmp (spec->address, old->address) == 0 && strcmp (spec->trader, old->trader) == 0)
          spec->since = heard != 0 ? heard : old->since;
      }
}

static void
close_hub (TfLiveSources *self)
{
  if (self->hub != NULL)
    tf_source_hub_stop (self->hub);
  g_clear_pointer (&self->hub, tf_source_hub_free);
}

static void
open_hub (TfLiveSources *self)
{
  static const TfSourceHubEvents events = { .signal = on_signal, .changed = on_changed };
  g_autofree TfSourceSpec *specs = NULL;

  if (self->hub != NULL || self->specs->len == 0 || self->connection == NULL)
    return;
  specs = g_new0 (TfSourceSpec, self->specs->len);
  for (guint k = 0; k < self->specs->len; k++)
    specs[k] = *(const TfSourceSpec *) g_ptr_array_index (self->specs, k);
  self->hub = tf_source_hub_new (specs, self->specs->len, &events, self);
  tf_source_hub_set_pace (self->hub, 1 / self->pace);
  tf_source_hub_start (self->hub);
}

/**
 * tf_live_sources_set:
 * @specs: (transfer full): TfSourceSpecs to listen to instead of those before
 */
void
tf_live_sources_set (TfLiveSources *self,
                     GPtrArray     *specs)
{
  close_hub (self);
  go_on (self, specs);
  g_ptr_array_unref (self->specs);
  self->specs = specs;
  g_free (self->noticed);
  self->noticed = g_new0 (Noticed, MAX (specs->len, 1));
  g_mutex_lock (&self->lock);
  g_array_set_size (self->figures, 0);
  g_array_set_size (self->figures, specs->len);
  g_mutex_unlock (&self->lock);
  open_hub (self);
}

/**
 * tf_live_sources_start:
 * @connection: of the market, which is live now; outlives tf_live_sources_stop()
 *
 * From now on the sources are listened to: these, and those that are set later.
 */
void
tf_live_sources_start (TfLiveSources *self,
                       TfConnection  *connection)
{
  self->connection = connection;
  open_hub (self);
}

void
tf_live_sources_stop (TfLiveSources *self)
{
  close_hub (self);
  self->connection = NULL;
}

/**
 * tf_live_sources_get_figures:
 *
 * Returns: (transfer full): TfSourceFigures in the order of the specs
 */
GArray *
tf_live_sources_get_figures (TfLiveSources *self)
{
  GArray *figures;

  g_mutex_lock (&self->lock);
  figures = g_array_copy (self->figures);
  g_mutex_unlock (&self->lock);
  return figures;
}

/**
 * tf_live_sources_take_evidence:
 *
 * Returns: (transfer full) (nullable): TfEvidence that came since the last call
 */
GPtrArray *
tf_live_sources_take_evidence (TfLiveSources *self)
{
  GPtrArray *evidence = NULL;

  g_mutex_lock (&self->lock);
  if (self->evidence->len > 0)
    {
      evidence = self->evidence;
      self->evidence = g_ptr_array_new_with_free_func ((GDestroyNotify) tf_evidence_free);
    }
  g_mutex_unlock (&self->lock);
  return evidence;
}
