#include "model/run-private.h"

#include <string.h>

#include "core/base/error.h"
#include "io/secrets/secrets.h"
#include "io/storage/sources.h"

/* Traders' sources, as the workspace has them: who is new gets a place, and what is enabled is listened to. */

static void
spec_free (gpointer data)
{
  tf_source_spec_clear (data);
  g_free (data);
}

/* A trader whom the configuration does not know takes a spare place; −1: there is none. */
static gint
take_in (TfRun                *self,
         const TfStoredSource *source)
{
  g_autoptr (TfConfig) config = NULL;
  gint trader = tf_config_find_trader (self->config, source->name);

  if (trader >= 0)
    return trader;
  config = tf_config_copy (self->config);
  trader = tf_config_name_spare (config, source->name, tf_source_title (source->kind), tf_source_grade (source->kind));
  if (trader < 0)
    {
      g_message ("found no place for trader “%s”, expected one of %u", source->name, self->config->n_traders);
      return -1;
    }
  tf_config_unref (self->config);
  self->config = tf_config_ref (config);
  tf_engine_set_config (self->engine, config);
  tf_run_process_command (self, &(TfCommand) {
                            .type = TF_COMMAND_ADD_TRADER, .account = -1, .voter = (gint64) self->config->n_bots + trader,
                          });
  self->last_checkpoint = 0; /* the names and the state that goes with them become durable together */
  return trader;
}

/* Without a secret a webhook is not opened, and says so; a keyring that can't be asked is the same to it. */
static char *
secret_of (const char *kind,
           const char *trader)
{
  g_autofree char *name = tf_source_secret_name (trader);
  g_autoptr (GError) error = NULL;
  char *secret;

  if (!tf_source_has_secret (kind))
    return NULL;
  secret = tf_secrets_get (name, &error);
  if (secret == NULL && !g_error_matches (error, TF_ERROR, TF_ERROR_NOT_FOUND))
    g_message ("%s", error->message);
  return secret;
}

static gboolean
is_stored (const GPtrArray       *stored,
           const TfDefaultSource *source)
{
  for (guint k = 0; k < stored->len; k++)
    {
      const TfStoredSource *other = g_ptr_array_index (stored, k);

      if (strcmp (other->name, source->trader) == 0 && strcmp (other->kind, source->kind) == 0
          && strcmp (other->address, source->address) == 0)
        return TRUE;
    }
  return FALSE;
}

/**
 * tf_run_add_default_sources:
 * @workspace: that had no run yet; one that was killed at its start may have left some of them
 *
 * The public feeds of the default traders, none of them listened to until the user says so.
 */
gboolean
tf_run_add_default_sources (TfWorkspace *workspace,
                            GError     **error)
{
  g_autoptr (GPtrArray) stored = tf_workspace_load_sources (workspace, error);

  for (const TfDefaultSource *source = tf_default_sources; stored != NULL && source->trader != NULL; source++)
    {
      TfStoredSource added = {
        .name = (char *) source->trader, .kind = (char *) source->kind, .address = (char *) source->address,
      };

      if (!is_stored (stored, source) && !tf_workspace_save_source (workspace, &added, error))
        return FALSE;
    }
  return stored != NULL;
}

/**
 * tf_run_apply_sources:
 * @workspace: to read them from
 *
 * On the run's thread, once the journal is open.
 */
gboolean
tf_run_apply_sources (TfRun       *self,
                      TfWorkspace *workspace,
                      GError     **error)
{
  g_autoptr (GPtrArray) stored = tf_workspace_load_sources (workspace, error);
  g_autoptr (GPtrArray) specs = g_ptr_array_new_with_free_func (spec_free);
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  gboolean first = self->source_ids == NULL; /* later, who listened knows best up to when */

  if (stored == NULL)
    {
      g_array_unref (ids);
      return FALSE;
    }
  for (guint k = 0; k < stored->len; k++)
    {
      const TfStoredSource *source = g_ptr_array_index (stored, k);
      gint trader = take_in (self, source);
      TfSourceSpec *spec;
      char *secret;

      if (trader < 0 || !source->enabled || self->live == NULL) /* at rest nobody listens */
        continue;
      secret = secret_of (source->kind, self->config->traders[trader].id);
      spec = g_new0 (TfSourceSpec, 1);
      tf_source_spec_copy (spec, &(TfSourceSpec) {
                             .kind = source->kind,
                             .trader = self->config->traders[trader].id,
                             .address = source->address,
                             .endpoint = source->endpoint,
                             .contact = source->contact,
                             .secret = secret,
                             .since = first ? source->heard : 0,
                           });
      tf_secret_free (secret);
      g_ptr_array_add (specs, spec);
      g_array_append_val (ids, source->id);
    }
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->source_ids, g_array_unref);
  self->source_ids = ids;
  g_mutex_unlock (&self->lock);
  if (self->live != NULL)
    tf_live_set_sources (self->live, g_steal_pointer (&specs));
  return TRUE;
}

/**
 * tf_run_take_heard:
 * @last: nothing of what was heard is on its way any more
 *
 * Up to when sources were listened to, for the disk. What a source has just said may still be on its way to the engine: that
 * counts as heard the next time.
 *
 * Returns: (transfer full) (nullable) (element-type TfSourceHeard):
 */
GArray *
tf_run_take_heard (TfRun    *self,
                   gboolean  last)
{
  g_autoptr (GArray) reports = tf_run_get_sources (self);
  GArray *before = g_steal_pointer (&self->heard);

  self->heard = g_array_new (FALSE, FALSE, sizeof (TfSourceHeard));
  for (guint k = 0; k < reports->len; k++)
    {
      const TfSourceReport *report = &g_array_index (reports, TfSourceReport, k);
      TfSourceHeard heard = { report->id, report->figures.heard };

      if (heard.time != 0)
        g_array_append_val (self->heard, heard);
    }
  if (!last)
    return before;
  g_clear_pointer (&before, g_array_unref);
  return g_steal_pointer (&self->heard);
}

/**
 * tf_run_get_sources:
 *
 * From any thread.
 *
 * Returns: (transfer full) (element-type TfSourceReport): how the sources are that are listened to; none where the market is not live
 */
GArray *
tf_run_get_sources (TfRun *self)
{
  GArray *reports = g_array_new (FALSE, TRUE, sizeof (TfSourceReport));

  g_mutex_lock (&self->lock);
  if (self->live != NULL && self->source_ids != NULL)
    {
      g_autoptr (GArray) figures = tf_live_get_sources (self->live);

      for (guint k = 0; figures->len == self->source_ids->len && k < figures->len; k++) /* else they are just being exchanged */
        {
          TfSourceReport report = { g_array_index (self->source_ids, gint64, k), g_array_index (figures, TfSourceFigures, k) };

          g_array_append_val (reports, report);
        }
    }
  g_mutex_unlock (&self->lock);
  return reports;
}
