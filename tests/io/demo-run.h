#pragma once

#include <string.h>

#include "core/engine/engine.h"
#include "core/market/demo.h"
#include "io/storage/writer.h"

/* A real run of the demo market into a workspace, for tests of what reads one afterwards. */

static inline void
demo_run_record (const TfRecord *record,
                 gpointer        data)
{
  tf_batch_add (*(TfBatch **) data, record);
}

static inline void
demo_run_push (TfWriter  *writer,
               TfEngine  *engine,
               TfBatch  **batch,
               gboolean   checkpoint)
{
  g_autoptr (GError) error = NULL;

  (*batch)->snapshot = tf_engine_snapshot (engine, -1);
  (*batch)->events = tf_engine_get_events (engine);
  if (checkpoint)
    {
      GByteArray *state = g_byte_array_new ();

      tf_engine_save (engine, state);
      (*batch)->checkpoint = g_byte_array_free_to_bytes (state);
    }
  tf_writer_push (writer, g_steal_pointer (batch), &error);
  g_assert_no_error (error);
  *batch = tf_batch_new ();
}

/* Runs @events of the demo market from its start; stops after the last batch. The engine is left for comparison. */
static inline TfEngine *
demo_run (const char *path,
          guint       events)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TfWorkspace) workspace = tf_workspace_open (path, TF_WORKSPACE_OWNER, &error);
  g_autoptr (TfUniverse) universe = tf_universe_new_default ();
  g_autoptr (TfConfig) config = tf_config_new_default ("demo", universe, TF_MINUTE, 42);
  TfEventSource *source = tf_demo_new (universe, 42, 500);
  TfWriter *writer;
  TfBatch *batch = tf_batch_new ();
  TfEngine *engine = tf_engine_new (config, demo_run_record, &batch);
  TfEvent event;

  g_assert_no_error (error);
  g_assert_true (tf_workspace_save_config (workspace, config, &error));
  writer = tf_writer_new (workspace, NULL, NULL, &error);
  g_assert_no_error (error);
  tf_engine_open (engine, TF_DEMO_START, "Demo market, seed 42");
  event = (TfEvent) { .time = TF_DEMO_START, .type = TF_EVENT_COMMAND, .instrument = -1 };
  event.command = (TfCommand) { TF_COMMAND_SET_POLICY, 1, config->n_bots + 3, TF_POLICY_RATIO, 0.3 };
  tf_engine_process (engine, &event);
  for (guint i = 0; i < events && source->next (source, &event); i++)
    {
      tf_engine_process (engine, &event);
      if (i % 1000 == 999)
        demo_run_push (writer, engine, &batch, i % 5000 == 4999);
    }
  demo_run_push (writer, engine, &batch, FALSE);
  tf_batch_free (batch);
  g_assert_true (tf_writer_stop (writer, &error));
  source->free (source);
  return engine;
}
