#include "model/run-private.h"

#include <string.h>

#include "core/base/error.h"
#include "io/storage/journal.h"

/* A command of the journal, and how many market events came before it. */
typedef struct
{
  gint64    events;
  TfCommand command;
} PlacedCommand;

/* A checkpoint: this, the engine's state, the source's state. */
typedef struct
{
  guint64        engine_size;
  guint64        has_next;
  TfEvent        next;
  TfEventPayload payload; /* of @next */
} CheckpointHeader;

GBytes *
tf_run_save (TfRun *self)
{
  GByteArray *state = g_byte_array_new ();
  CheckpointHeader header;

  memset (&header, 0, sizeof header);
  /* Of a venue, what is taken in later goes to the inputs. */
  if (self->has_next && !tf_run_is_live (self))
    {
      header.has_next = 1;
      header.next = self->next;
      if (tf_event_keep (&header.next, &header.payload))
        header.next.signal = NULL;
    }
  g_byte_array_append (state, (const guint8 *) &header, sizeof header);
  tf_engine_save (self->engine, state);
  header.engine_size = state->len - sizeof header;
  memcpy (state->data, &header, sizeof header);
  if (self->source != NULL)
    self->source->save (self->source, state);
  else
    g_byte_array_append (state, g_bytes_get_data (self->place, NULL), (guint) g_bytes_get_size (self->place));
  return g_byte_array_free_to_bytes (state);
}

static gboolean
restore_state (TfRun   *self,
               GBytes  *state,
               GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (state, &length);
  CheckpointHeader header;

  if (length < sizeof header || (memcpy (&header, data, sizeof header), header.engine_size > length - sizeof header))
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_VERSION, "the checkpoint is cut short, or of another version of the program");
      return FALSE;
    }
  data += sizeof header;
  length -= sizeof header;
  if (!tf_engine_restore (self->engine, data, header.engine_size, error))
    return FALSE;
  data += header.engine_size;
  length -= header.engine_size;
  if (self->source == NULL)
    self->place = g_bytes_new (data, length);
  else if (!self->source->restore (self->source, data, length, error))
    return FALSE;
  self->has_next = header.has_next != 0;
  self->next = header.next;
  self->next.signal = &header.payload.signal;
  if (!tf_event_keep (&self->next, &self->payload))
    self->next = header.next;
  return TRUE;
}

static gboolean
collect_command (const TfRecord *record,
                 gpointer        data)
{
  PlacedCommand placed = {
    .events = record->ref,
    .command = {
      .type = (TfCommandType) record->code,
      .account = (gint) record->limit,
      .voter = record->quantity,
      .param = (gint) record->amount,
      .value = (double) record->value / (double) TF_SCALE,
    },
  };

  if (record->kind == TF_RECORD_COMMAND || strcmp (record->reason, "bad-command") == 0)
    g_array_append_val ((GArray *) data, placed);
  return TRUE;
}

/* Returns: (transfer full): the PlacedCommands of the journal after entry @seq */
GArray *
tf_run_load_commands (TfRun   *self,
                      gint64   seq,
                      GError **error)
{
  g_autoptr (GArray) commands = g_array_new (FALSE, FALSE, sizeof (PlacedCommand));
  TfJournalFilter filter = { .kinds = 1 << TF_RECORD_COMMAND | 1 << TF_RECORD_FAULT, .after = seq };

  if (!tf_journal_iterate (self->workspace, &filter, collect_command, commands, error))
    return NULL;
  return g_steal_pointer (&commands);
}

/* What the journal holds is decided again, from what the source gives: until all of it was, or the engine has had so many
 * @events (0: no such end). @next: of @commands. */
void
tf_run_decide_again (TfRun        *self,
                     const GArray *commands,
                     guint        *next,
                     gint64        events)
{
  while (tf_engine_get_seq (self->engine) < self->durable && self->mismatch == NULL)
    {
      const PlacedCommand *placed = *next < commands->len ? &g_array_index (commands, PlacedCommand, *next) : NULL;
      gboolean more;

      if (events > 0 && tf_engine_get_events (self->engine) >= events)
        break;
      more = tf_run_read_next (self);
      if (placed != NULL && placed->events == tf_engine_get_events (self->engine))
        {
          tf_run_process_command (self, &placed->command);
          ++*next;
        }
      else if (more)
        tf_run_process_next (self);
      else
        break;
    }
}

/* What a killed run had decided after its last checkpoint is decided again, and has to be the same. */
static gboolean
catch_up (TfRun        *self,
          const GArray *commands,
          GError      **error)
{
  guint next = 0;

  tf_run_decide_again (self, commands, &next, 0);
  if (self->mismatch == NULL && tf_engine_get_seq (self->engine) != self->durable)
    g_set_error (&self->mismatch, TF_ERROR, TF_ERROR_MISMATCH,
                 "found %" G_GINT64_FORMAT " entries in the journal, expected the data to lead to as many; it led to %"
                 G_GINT64_FORMAT, self->durable, tf_engine_get_seq (self->engine));
  if (self->mismatch != NULL)
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&self->mismatch),
                                  "%s: this run cannot be continued with this data: ", self->spec->workspace);
      return FALSE;
    }
  return TRUE;
}

gboolean
tf_run_resume (TfRun   *self,
               GError **error)
{
  g_auto (TfCheckpoint) checkpoint = { 0 };
  g_autoptr (GArray) commands = NULL;
  guint8 head[TF_HASH_SIZE];

  if (!tf_workspace_get_head (self->workspace, &self->durable, head, error)
      || !tf_workspace_load_checkpoint (self->workspace, &checkpoint, error))
    return FALSE;
  /* What is at rest needs no data, as long as nothing has to be decided again; a venue's data is in the workspace. */
  if (self->source == NULL && !(self->at_rest && tf_run_is_live (self)) && (!self->at_rest || checkpoint.state == NULL || checkpoint.seq != self->durable)
      && !tf_run_open_source (self, error))
    return FALSE;
  if (checkpoint.state != NULL)
    {
      g_autoptr (GError) other = NULL;

      self->opened = restore_state (self, checkpoint.state, &other);
      if (!self->opened && !g_error_matches (other, TF_ERROR, TF_ERROR_VERSION))
        {
          g_propagate_prefixed_error (error, g_steal_pointer (&other), "%s: this run cannot be continued with this data: ",
                                      self->spec->workspace);
          return FALSE;
        }
      if (!self->opened && tf_run_is_live (self))
        {
          g_propagate_prefixed_error (error, g_steal_pointer (&other),
                                      "%s: this run can be read, but not continued; start another workspace: ",
                                      self->spec->workspace);
          return FALSE;
        }
      /* Of another version of the program: then everything is decided again from the start. */
      if (!self->opened)
        {
          if (self->source != NULL)
            self->source->free (g_steal_pointer (&self->source));
          tf_engine_free (self->engine);
          self->engine = tf_engine_new (self->config, tf_run_note_record, self);
          if (!tf_run_open_source (self, error))
            return FALSE;
        }
    }
  if (tf_run_is_live (self))
    {
      self->inputs = tf_workspace_load_inputs (self->workspace, error);
      if (self->inputs == NULL)
        return FALSE;
    }
  commands = tf_run_load_commands (self, self->opened ? checkpoint.seq : 0, error);
  return commands != NULL && catch_up (self, commands, error);
}
