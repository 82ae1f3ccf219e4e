#include "window/follow.h"

/* A page that nobody sees draws nothing. */
static void
update_mapped (GtkWidget *page)
{
  TfFollowFunc update = (TfFollowFunc) g_object_get_data (G_OBJECT (page), "tf-follow");

  if (gtk_widget_get_mapped (page))
    update (page);
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
