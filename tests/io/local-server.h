#pragma once

#include <libsoup/soup.h>

/* For tests against a server on this machine: where it listens, and waiting for what it does. What is awaited is awaited
 * for up to a minute, and nothing is measured. */

/* Returns the port of a server that its handlers have been added to. */
static inline guint
listen_here (SoupServer *server)
{
  g_autoptr (GError) error = NULL;
  GSList *uris;
  guint port;

  soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (server);
  port = (guint) g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return port;
}

static inline gboolean
wake (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

#define UNTIL(condition) \
  G_STMT_START { \
    gint64 end_ = g_get_monotonic_time () + 60 * G_USEC_PER_SEC; \
    guint wake_ = g_timeout_add (5, wake, NULL); \
    while (!(condition) && g_get_monotonic_time () < end_) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (wake_); \
    g_assert_true (condition); \
  } G_STMT_END

static inline void
settle (guint ms)
{
  gint64 end = g_get_monotonic_time () + ms * 1000;

  UNTIL (g_get_monotonic_time () >= end);
}

static inline void
drop_log (const char    *domain,
          GLogLevelFlags level,
          const char    *message,
          gpointer       data)
{
}

/* libsoup says each frame that it sends. */
static inline void
hush_libsoup (void)
{
  g_log_set_handler ("libsoup", G_LOG_LEVEL_DEBUG, drop_log, NULL);
  g_log_set_handler ("GLib-GIO", G_LOG_LEVEL_DEBUG, drop_log, NULL);
}
