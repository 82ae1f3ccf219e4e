#include "window/audit-entry.h"

#include <string.h>

#include "model/words.h"
#include "window/columns.h"
#include "window/follow.h"

/* A time of the journal as people read it; NULL: it is none. */
static char *
readable_time (const char *pair)
{
  const char *value = strchr (pair, '=');
  g_autofree char *moment = NULL;
  TfTime time;

  if (value == NULL || !g_ascii_isdigit (value[1]) || strchr (value, 'T') == NULL || !tf_time_parse (value + 1, &time, NULL))
    return NULL;
  moment = tf_words_moment (time);
  return g_strdup_printf ("%.*s=%s", (int) (value - pair), pair, moment);
}

/* "stop=1 target=2 a few words" as a line for each pair. */
static char *
break_pairs (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  GString *lines = g_string_new (NULL);

  for (guint i = 0; words[i] != NULL; i++)
    {
      char *time = readable_time (words[i]);

      if (time != NULL)
        {
          g_free (words[i]);
          words[i] = time;
        }
      if (i > 0)
        g_string_append_c (lines, strchr (words[i], '=') != NULL ? '\n' : ' ');
      for (const char *c = words[i]; *c != '\0'; c++)
        g_string_append (lines, *c == ',' ? ", " : (char[]) { *c, '\0' });
    }
  return g_string_free (lines, FALSE);
}

static void
add_field (GtkWidget  *grid,
           int         row,
           const char *name,
           const char *value)
{
  g_autofree char *text = strchr (value, '=') != NULL ? break_pairs (value) : g_strdup (value);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  GtkWidget *left = gtk_label_new (name), *right = gtk_label_new (text);

  /* A hash that is broken over lines has no hyphen in it. */
  pango_attr_list_insert (attributes, pango_attr_insert_hyphens_new (FALSE));
  gtk_label_set_attributes (GTK_LABEL (right), attributes);
  gtk_label_set_xalign (GTK_LABEL (left), 0);
  gtk_label_set_wrap (GTK_LABEL (left), TRUE);
  gtk_label_set_width_chars (GTK_LABEL (left), 12);
  gtk_label_set_max_width_chars (GTK_LABEL (left), 12);
  gtk_widget_set_valign (left, GTK_ALIGN_START);
  gtk_widget_add_css_class (left, "dim-label");
  gtk_label_set_xalign (GTK_LABEL (right), 0);
  gtk_label_set_wrap (GTK_LABEL (right), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (right), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (right), TRUE);
  gtk_widget_set_can_focus (right, FALSE);
  gtk_widget_set_hexpand (right, TRUE);
  gtk_widget_add_css_class (right, "numeric");
  gtk_grid_attach (GTK_GRID (grid), left, 0, row, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), right, 1, row, 1, 1);
}

/**
 * tf_audit_fields_fill:
 * @grid: is emptied first
 *
 * Puts what an entry says into two columns: names and values.
 */
void
tf_audit_fields_fill (GtkWidget    *grid,
                      TfAuditEntry *entry,
                      TfConfig     *config)
{
  g_auto (GStrv) pairs = tf_audit_entry_describe (entry, config);

  tf_remove_children (grid);
  for (int i = 0; pairs[2 * i] != NULL; i++)
    add_field (grid, i, pairs[2 * i], pairs[2 * i + 1]);
}

/**
 * tf_audit_cause_new:
 *
 * Returns: (transfer floating): a button with what an entry says
 */
GtkWidget *
tf_audit_cause_new (TfAuditEntry *entry)
{
  g_autofree char *kind = NULL, *sentence = NULL, *clock = NULL, *name = NULL;
  GtkWidget *button = gtk_button_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *head, *text;

  g_object_get (entry, "kind", &kind, "sentence", &sentence, "clock", &clock, NULL);
  name = g_strdup_printf ("%s · %s", kind, clock);
  head = gtk_label_new (name);
  gtk_label_set_xalign (GTK_LABEL (head), 0);
  gtk_widget_add_css_class (head, "caption");
  gtk_widget_add_css_class (head, "dim-label");
  text = gtk_label_new (sentence);
  gtk_label_set_xalign (GTK_LABEL (text), 0);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_box_append (GTK_BOX (box), head);
  gtk_box_append (GTK_BOX (box), text);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "flat");
  tf_accessible_name (button, sentence);
  return button;
}
