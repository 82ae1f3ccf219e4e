#include "window/follow.h"

#define AGAIN "tf-follow-again"
#define AGAIN_MS 2500 /* longer than any page rests between two looks */

static void
call (GtkWidget *page)
{
  TfFollowFunc update = (TfFollowFunc) g_object_get_data (G_OBJECT (page), "tf-follow");

  /* A page that nobody sees draws nothing. */
  if (gtk_widget_get_mapped (page))
    update (page);
}

static gboolean
on_again (gpointer page)
{
  g_object_steal_data (page, AGAIN);
  call (page);
  return G_SOURCE_REMOVE;
}

static void
remove_source (gpointer id)
{
  g_source_remove (GPOINTER_TO_UINT (id));
}

/* Pages leave out what comes too soon after the last look; the last news of a run must not be lost by that. */
static void
update_mapped (GtkWidget *page)
{
  call (page);
  if (g_object_get_data (G_OBJECT (page), AGAIN) == NULL)
    g_object_set_data_full (G_OBJECT (page), AGAIN, GUINT_TO_POINTER (g_timeout_add (AGAIN_MS, on_again, page)), remove_source);
}

static void
on_map (GtkWidget *page)
{
  TfFollowFunc update = (TfFollowFunc) g_object_get_data (G_OBJECT (page), "tf-follow");

  update (page);
}

/**
 * tf_follow:
 * @update: called with @page whenever the desk has something new and the page is seen, and when it comes into sight
 */
void
tf_follow (GtkWidget    *page,
           TfDesk       *desk,
           TfFollowFunc  update)
{
  g_object_set_data (G_OBJECT (page), "tf-follow", (gpointer) update);
  g_signal_connect_object (desk, "updated", G_CALLBACK (update_mapped), page, G_CONNECT_SWAPPED);
  g_signal_connect_object (desk, "notify::run-state", G_CALLBACK (update_mapped), page, G_CONNECT_SWAPPED);
  g_signal_connect_after (page, "map", G_CALLBACK (on_map), NULL);
}

/**
 * tf_follow_workspace:
 *
 * Returns: (transfer full) (nullable): the file of what the desk shows, if there is one by now
 */
char *
tf_follow_workspace (TfDesk *desk)
{
  const char *path = tf_desk_get_workspace (desk);

  return path != NULL && g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_strdup (path) : NULL;
}

/**
 * tf_remove_children:
 *
 * Empties a box, a grid or a widget with a template.
 */
void
tf_remove_children (GtkWidget *widget)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (widget)) != NULL)
    gtk_widget_unparent (child);
}
