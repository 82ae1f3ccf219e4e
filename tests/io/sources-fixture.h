#pragma once

#include <string.h>

#include "io/sources/hub.h"
#include "local-server.h"

/* A hub, what it told, and a server on this machine that says what a test wants. A pace of 0.01 makes seconds of
 * milliseconds. */

typedef struct
{
  SoupServer  *server;
  char        *url;       /* http://127.0.0.1:port */
  TfSourceHub *hub;
  GArray      *signals;   /* of TfTraderSignal */
  GPtrArray   *raws;
  TfSourceFigures figures[8];
  GHashTable  *answers;   /* path?query → GBytes, owned */
  guint        status;    /* instead of an answer, when not 0 */
  GPtrArray   *asked;     /* path?query */
  char        *agent;     /* of the last question */
} Fixture;

static void
on_fixture_signal (guint                 spec,
                   const TfTraderSignal *signal,
                   const char           *raw,
                   gsize                 length,
                   gpointer              data)
{
  Fixture *fixture = data;

  g_array_append_vals (fixture->signals, signal, 1);
  g_ptr_array_add (fixture->raws, g_strndup (raw, length));
}

static void
on_fixture_changed (guint                  spec,
                    const TfSourceFigures *figures,
                    gpointer               data)
{
  ((Fixture *) data)->figures[spec] = *figures;
}

static void
on_fixture_request (SoupServer        *server,
                    SoupServerMessage *message,
                    const char        *path,
                    GHashTable        *query,
                    gpointer           data)
{
  Fixture *fixture = data;
  const char *parameters = g_uri_get_query (soup_server_message_get_uri (message));
  char *key = parameters != NULL ? g_strconcat (path, "?", parameters, NULL) : g_strdup (path);
  GBytes *answer = g_hash_table_lookup (fixture->answers, key);

  g_ptr_array_add (fixture->asked, key);
  g_free (fixture->agent);
  fixture->agent = g_strdup (soup_message_headers_get_one (soup_server_message_get_request_headers (message), "User-Agent"));
  if (fixture->status != 0)
    soup_server_message_set_status (message, fixture->status, NULL);
  else if (answer == NULL)
    soup_server_message_set_status (message, 404, NULL);
  else
    {
      soup_server_message_set_status (message, 200, NULL);
      soup_message_body_append_bytes (soup_server_message_get_response_body (message), answer);
    }
}

static inline void
fixture_init (Fixture *fixture)
{
  memset (fixture, 0, sizeof *fixture);
  fixture->signals = g_array_new (FALSE, TRUE, sizeof (TfTraderSignal));
  fixture->raws = g_ptr_array_new_with_free_func (g_free);
  fixture->asked = g_ptr_array_new_with_free_func (g_free);
  fixture->answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  fixture->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (fixture->server, NULL, on_fixture_request, fixture, NULL);
  fixture->url = g_strdup_printf ("http://127.0.0.1:%u", listen_here (fixture->server));
}

static inline void
fixture_answer (Fixture    *fixture,
                const char *path,
                const char *text)
{
  g_hash_table_insert (fixture->answers, g_strdup (path), g_bytes_new (text, strlen (text)));
}

static inline void
fixture_listen (Fixture            *fixture,
                const TfSourceSpec *specs,
                guint               n)
{
  static const TfSourceHubEvents events = { on_fixture_signal, on_fixture_changed };

  fixture->hub = tf_source_hub_new (specs, n, &events, fixture);
  tf_source_hub_set_pace (fixture->hub, 0.01);
  tf_source_hub_start (fixture->hub);
}

static inline void
fixture_clear (Fixture *fixture)
{
  tf_source_hub_free (fixture->hub);
  soup_server_disconnect (fixture->server);
  g_object_unref (fixture->server);
  while (g_main_context_iteration (NULL, FALSE)) /* what libsoup still has to let go */
    ;
  g_array_unref (fixture->signals);
  g_ptr_array_unref (fixture->raws);
  g_ptr_array_unref (fixture->asked);
  g_hash_table_unref (fixture->answers);
  g_free (fixture->url);
  g_free (fixture->agent);
}

#define fixture_signal(fixture, i) g_array_index ((fixture)->signals, TfTraderSignal, i)
