#include "window/columns.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "model/item.h"
#include "model/words.h"
#include "window/theme.h"

/* Cells */

static double
number_of (gpointer    item,
           const char *field)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (item), field);
  g_auto (GValue) value = G_VALUE_INIT, number = G_VALUE_INIT;

  g_value_init (&value, pspec->value_type);
  g_value_init (&number, G_TYPE_DOUBLE);
  g_object_get_property (item, field, &value);
  return g_value_transform (&value, &number) ? g_value_get_double (&number) : 0;
}

static void
update_state (GtkWidget          *cell,
              const TfColumnSpec *spec,
              gpointer            item)
{
  GtkWidget *dot = gtk_widget_get_first_child (cell);
  TfTradingState state = (TfTradingState) number_of (item, spec->field);
  g_autofree char *text = spec->text != NULL ? spec->text (item) : NULL;

  tf_state_dot_set (dot, state, TRUE);
  tf_label_set (GTK_LABEL (gtk_widget_get_next_sibling (dot)), text != NULL ? text : tf_words_state (state), FALSE);
}

static void
update_cell (GtkListItem        *list_item,
             const TfColumnSpec *spec)
{
  GtkWidget *cell = gtk_list_item_get_child (list_item);
  gpointer item = gtk_list_item_get_item (list_item);
  g_autofree char *text = NULL;

  if (cell == NULL || item == NULL)
    return;
  if (spec->kind == TF_CELL_STATE)
    {
      update_state (cell, spec, item);
      return;
    }
  if (spec->kind == TF_CELL_WIDGET)
    {
      spec->update (cell, item);
      return;
    }
  if (spec->text != NULL)
    text = spec->text (item);
  else
    g_object_get (item, spec->field, &text, NULL);
  tf_label_set (GTK_LABEL (cell), text, FALSE);
  if (spec->kind == TF_CELL_CHANGE)
    tf_label_tone (GTK_LABEL (cell), number_of (item, spec->field));
}

static void
on_setup (GtkListItemFactory *factory,
          GtkListItem        *list_item,
          const TfColumnSpec *spec)
{
  GtkWidget *label = NULL, *cell;

  if (spec->kind == TF_CELL_WIDGET)
    cell = spec->create ();
  else
    cell = label = gtk_label_new (NULL);
  if (label != NULL && (spec->kind == TF_CELL_NUMBER || spec->kind == TF_CELL_CHANGE))
    {
      gtk_label_set_xalign (GTK_LABEL (label), 1);
      gtk_widget_add_css_class (label, "numeric");
    }
  else if (label != NULL)
    {
      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
    }
  if (label != NULL)
    gtk_label_set_width_chars (GTK_LABEL (label), ABS (spec->width));
  if (spec->kind == TF_CELL_STATE)
    {
      cell = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
      gtk_box_append (GTK_BOX (cell), tf_state_dot_new ());
      gtk_box_append (GTK_BOX (cell), label);
    }
  gtk_list_item_set_child (list_item, cell);
}

static void
on_notify (GObject     *item,
           GParamSpec  *pspec,
           GtkListItem *list_item)
{
  update_cell (list_item, g_object_get_data (G_OBJECT (list_item), "tf-spec"));
}

static void
on_bind (GtkListItemFactory *factory,
         GtkListItem        *list_item,
         const TfColumnSpec *spec)
{
  gpointer item = gtk_list_item_get_item (list_item);
  const char *const fields[] = { spec->field, spec->again };

  g_object_set_data (G_OBJECT (list_item), "tf-spec", (gpointer) spec);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (fields[i] != NULL)
      {
        g_autofree char *signal = g_strconcat ("notify::", fields[i], NULL);

        g_signal_connect (item, signal, G_CALLBACK (on_notify), list_item);
      }
  update_cell (list_item, spec);
}

static void
on_unbind (GtkListItemFactory *factory,
           GtkListItem        *list_item,
           const TfColumnSpec *spec)
{
  gpointer item = gtk_list_item_get_item (list_item);

  if (item != NULL)
    g_signal_handlers_disconnect_by_func (item, on_notify, list_item);
}

/* Columns */

static GtkSorter *
sorter_for (GType       item_type,
            const char *field)
{
  g_autoptr (GTypeClass) class = g_type_class_ref (item_type);
  GParamSpec *pspec = g_object_class_find_property ((GObjectClass *) class, field);
  GtkExpression *expression;

  g_return_val_if_fail (pspec != NULL, NULL);
  expression = gtk_property_expression_new_for_pspec (NULL, pspec);
  return pspec->value_type == G_TYPE_STRING ? GTK_SORTER (gtk_string_sorter_new (expression))
                                            : GTK_SORTER (gtk_numeric_sorter_new (expression));
}

static void
add_column (GtkColumnView      *view,
            GType               item_type,
            const TfColumnSpec *spec)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkColumnViewColumn) column = gtk_column_view_column_new (_(spec->title), factory);

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), (gpointer) spec);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), (gpointer) spec);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), (gpointer) spec);
  gtk_column_view_column_set_resizable (column, TRUE);
  gtk_column_view_column_set_expand (column, spec->width < 0);
  if (spec->field != NULL)
    {
      g_autoptr (GtkSorter) sorter = sorter_for (item_type, spec->field);

      gtk_column_view_column_set_sorter (column, sorter);
    }
  gtk_column_view_append_column (view, column);
}

static GtkWidget *
find_label (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *label = find_label (child);

      if (label != NULL)
        return label;
    }
  return NULL;
}

/* A column of numbers has its title at the right, as its numbers are, and a title may want to be explained; a
 * GtkColumnViewColumn can say neither. */
static void
finish_titles (GtkWidget          *view,
              const TfColumnSpec *specs,
              guint               n_specs)
{
  GtkWidget *title = gtk_widget_get_first_child (gtk_widget_get_first_child (view));

  for (guint i = 0; i < n_specs && title != NULL; i++, title = gtk_widget_get_next_sibling (title))
    {
      GtkWidget *label = find_label (title);

      if (specs[i].tip != NULL)
        gtk_widget_set_tooltip_text (title, _(specs[i].tip));
      if (label == NULL || (specs[i].kind != TF_CELL_NUMBER && specs[i].kind != TF_CELL_CHANGE))
        continue;
      gtk_widget_set_hexpand (label, TRUE);
      gtk_label_set_xalign (GTK_LABEL (label), 1);
      if (gtk_widget_get_next_sibling (label) != NULL) /* the arrow of the order, which takes room at any time */
        gtk_box_reorder_child_after (GTK_BOX (gtk_widget_get_parent (label)), gtk_widget_get_next_sibling (label), NULL);
    }
}

/* Widths of columns, by table: kept in the settings. */

static GVariant *
widths_of (GtkColumnView *view)
{
  GListModel *columns = gtk_column_view_get_columns (view);
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("ai"));

  for (guint i = 0; i < g_list_model_get_n_items (columns); i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, i);

      g_variant_builder_add (&builder, "i", gtk_column_view_column_get_fixed_width (column));
    }
  return g_variant_builder_end (&builder);
}

static void
save_widths (gpointer data)
{
  g_autoptr (GVariant) before = g_settings_get_value (tf_settings (), "column-widths");
  const char *table = g_object_get_data (data, "tf-table");
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sai}"));
  GVariantIter iter;
  const char *name;
  GVariant *widths;

  g_object_set_data (data, "tf-save", NULL);
  g_variant_iter_init (&iter, before);
  while (g_variant_iter_next (&iter, "{&s@ai}", &name, &widths))
    {
      if (!g_str_equal (name, table))
        g_variant_builder_add (&builder, "{s@ai}", name, widths);
      g_variant_unref (widths);
    }
  g_variant_builder_add (&builder, "{s@ai}", table, widths_of (data));
  g_settings_set_value (tf_settings (), "column-widths", g_variant_builder_end (&builder));
  g_object_unref (data);
}

/* A drag of a header's edge is many changes: the last one counts. */
static void
on_width (GtkColumnView *view)
{
  if (g_object_get_data (G_OBJECT (view), "tf-save") != NULL)
    return;
  g_object_set_data (G_OBJECT (view), "tf-save", GUINT_TO_POINTER (g_timeout_add_once (400, save_widths, g_object_ref (view))));
}

/**
 * tf_table_remember:
 * @view: with all its columns
 * @table: a name of its own
 *
 * Columns get the widths that were set by hand the last time, and keep those that are set now.
 */
void
tf_table_remember (GtkColumnView *view,
                   const char    *table)
{
  GListModel *columns = gtk_column_view_get_columns (view);
  g_autoptr (GVariant) all = NULL, widths = NULL;
  guint n = g_list_model_get_n_items (columns);

  if (tf_settings () == NULL)
    return;
  g_object_set_data_full (G_OBJECT (view), "tf-table", g_strdup (table), g_free);
  all = g_settings_get_value (tf_settings (), "column-widths");
  widths = g_variant_lookup_value (all, table, G_VARIANT_TYPE ("ai"));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, i);
      gint32 width = -1;

      if (widths != NULL && g_variant_n_children (widths) == n) /* else the table had other columns then */
        g_variant_get_child (widths, i, "i", &width);
      if (width > 0)
        gtk_column_view_column_set_fixed_width (column, width);
      g_signal_connect_object (column, "notify::fixed-width", G_CALLBACK (on_width), view, G_CONNECT_SWAPPED);
    }
}

/**
 * tf_table_new:
 * @item_type: of the rows, a TfItem
 * @model: (transfer none): what it lists, in this order until a header is clicked
 * @specs: (array length=n_specs): static
 * @label: what the table is, for people who do not see it
 *
 * Returns: (transfer floating): a #GtkColumnView, to be put into a scrolled window
 */
GtkWidget *
tf_table_new (GType               item_type,
              GListModel         *model,
              const TfColumnSpec *specs,
              guint               n_specs,
              const char         *label)
{
  GtkWidget *view = gtk_column_view_new (NULL);
  GtkSortListModel *sorted = gtk_sort_list_model_new (g_object_ref (model),
                                                      g_object_ref (gtk_column_view_get_sorter (GTK_COLUMN_VIEW (view))));
  g_autoptr (GtkSingleSelection) selection = gtk_single_selection_new (NULL);

  gtk_single_selection_set_autoselect (selection, FALSE);
  gtk_single_selection_set_can_unselect (selection, TRUE);
  gtk_single_selection_set_model (selection, G_LIST_MODEL (sorted));
  g_object_unref (sorted);
  for (guint i = 0; i < n_specs; i++)
    add_column (GTK_COLUMN_VIEW (view), item_type, &specs[i]);
  gtk_column_view_set_model (GTK_COLUMN_VIEW (view), GTK_SELECTION_MODEL (selection));
  finish_titles (view, specs, n_specs);
  gtk_widget_add_css_class (view, "table");
  tf_accessible_name (view, label);
  return view;
}

/**
 * tf_table_selected:
 *
 * Returns: (transfer none) (nullable): the item of the selected row
 */
gpointer
tf_table_selected (GtkWidget *table)
{
  GtkSelectionModel *selection = gtk_column_view_get_model (GTK_COLUMN_VIEW (table));

  return gtk_single_selection_get_selected_item (GTK_SINGLE_SELECTION (selection));
}

/**
 * tf_table_on_select:
 * @callback: void (*) (gpointer owner): another row is selected, or none
 * @owner: a #GObject; when it goes, so does the callback
 */
void
tf_table_on_select (GtkWidget *table,
                    GCallback  callback,
                    gpointer   owner)
{
  g_signal_connect_object (gtk_column_view_get_model (GTK_COLUMN_VIEW (table)), "notify::selected-item", callback, owner,
                           G_CONNECT_SWAPPED);
}

/* The view keeps the row that it shows first where it is, and so would move away from the top with each new row. */
static void
on_items_changed (GtkWidget *view,
                  guint      position)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (view));
  GtkWidget *list = GTK_IS_COLUMN_VIEW (view) ? gtk_widget_get_last_child (view) : view;

  if (position == 0 && adjustment != NULL && gtk_adjustment_get_value (adjustment) < 8)
    gtk_widget_activate_action (list, "list.scroll-to-item", "u", 0);
}

/**
 * tf_list_stay_on_top:
 * @view: with its model set
 */
void
tf_list_stay_on_top (GtkWidget *view)
{
  GtkSelectionModel *model = GTK_IS_COLUMN_VIEW (view) ? gtk_column_view_get_model (GTK_COLUMN_VIEW (view))
                             : gtk_list_view_get_model (GTK_LIST_VIEW (view));

  g_signal_connect_object (model, "items-changed", G_CALLBACK (on_items_changed), view, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}

/* Small things */

GtkWidget *
tf_state_dot_new (void)
{
  GtkWidget *dot = gtk_label_new ("●");

  gtk_widget_add_css_class (dot, "state-dot");
  gtk_accessible_update_state (GTK_ACCESSIBLE (dot), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1); /* a word stands beside it */
  return dot;
}

/**
 * tf_state_dot_set:
 * @live: whether trading runs at all; else the dot is grey
 */
void
tf_state_dot_set (GtkWidget      *dot,
                  TfTradingState  state,
                  gboolean        live)
{
  static const char *const classes[] = { "state-active", "state-limited", "state-halted" };
  const char *class = state == TF_STATE_ACTIVE ? classes[0] : state <= TF_STATE_CLOSE_ONLY ? classes[1] : classes[2];

  if (!live)
    class = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (classes[i] == class)
      gtk_widget_add_css_class (dot, classes[i]);
    else
      gtk_widget_remove_css_class (dot, classes[i]);
}

static void
on_faded (gpointer data)
{
  gtk_widget_remove_css_class (data, "changed");
  g_object_unref (data);
}

/**
 * tf_label_set:
 * @fade: whether a changed text shows for a moment by its background; not where animations are off
 *
 * Sets the text when it is another one.
 */
void
tf_label_set (GtkLabel   *label,
              const char *text,
              gboolean    fade)
{
  const char *before = gtk_label_get_text (label);

  if (g_strcmp0 (before, text) == 0)
    return;
  if (fade && *before != '\0' && adw_get_enable_animations (GTK_WIDGET (label)))
    {
      gtk_widget_add_css_class (GTK_WIDGET (label), "changed");
      g_timeout_add_once (100, on_faded, g_object_ref (label)); /* the style then takes 400 ms to fade it out */
    }
  gtk_label_set_text (label, text);
}

/**
 * tf_label_tone:
 *
 * Colours a label by the sign of @value: gain, loss, or neither.
 */
void
tf_label_tone (GtkLabel *label,
               double    value)
{
  GtkWidget *widget = GTK_WIDGET (label);

  if (value > 0)
    gtk_widget_add_css_class (widget, "gain");
  else
    gtk_widget_remove_css_class (widget, "gain");
  if (value < 0)
    gtk_widget_add_css_class (widget, "loss");
  else
    gtk_widget_remove_css_class (widget, "loss");
}

/**
 * tf_empty_new:
 * @icon: (nullable): symbolic icon name
 *
 * Returns: (transfer floating): what stands where a list is empty: what it is for
 */
GtkWidget *
tf_empty_new (const char *icon,
              const char *title,
              const char *description)
{
  GtkWidget *page = adw_status_page_new ();

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (page), icon);
  adw_status_page_set_title (ADW_STATUS_PAGE (page), title);
  adw_status_page_set_description (ADW_STATUS_PAGE (page), description);
  gtk_widget_add_css_class (page, "compact");
  return page;
}

/**
 * tf_accessible_name:
 *
 * Names a widget for people who do not see it.
 */
void
tf_accessible_name (GtkWidget  *widget,
                    const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}
