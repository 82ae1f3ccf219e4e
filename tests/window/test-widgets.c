#include <adwaita.h>
#include <math.h>

#include "config.h"
#include "window/adaptive.h"
#include "window/analytics-page.h"
#include "window/audit-page.h"
#include "window/chart.h"
#include "window/columns.h"
#include "window/confidence.h"
#include "window/dashboard-page.h"
#include "window/gauge.h"
#include "window/optimizer-page.h"
#include "window/risk-page.h"
#include "window/signals-page.h"
#include "window/sparkline.h"
#include "window/system-page.h"

static void
run_for_a_moment (void)
{
  for (guint i = 0; i < 200; i++)
    g_main_context_iteration (NULL, FALSE);
}

static void
destroy (GtkWidget *window)
{
  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &window);
  gtk_window_destroy (GTK_WINDOW (window));
  run_for_a_moment ();
  g_assert_null (window);
}

static GtkWidget *
in_window (GtkWidget *child)
{
  GtkWidget *window = gtk_window_new ();

  gtk_window_set_child (GTK_WINDOW (window), child);
  gtk_window_present (GTK_WINDOW (window));
  run_for_a_moment ();
  return window;
}

/* Widgets go when their window goes. */
static void
test_gone (gconstpointer data)
{
  GtkWidget *(*create) (void) = data;
  GtkWidget *widget = create (), *window = in_window (widget);

  g_object_add_weak_pointer (G_OBJECT (widget), (gpointer *) &widget);
  destroy (window);
  g_assert_null (widget);
}

/* Pages go too, and let go of the desk. */
static void
test_page (gconstpointer data)
{
  GtkWidget *(*create) (TfDesk *) = data;
  g_autoptr (TfSystem) system = tf_system_new ();
  TfDesk *desk = tf_desk_new (system);
  GtkWidget *page = create (desk), *window = in_window (page);

  g_object_add_weak_pointer (G_OBJECT (page), (gpointer *) &page);
  destroy (window);
  g_assert_null (page);
  g_assert_finalize_object (desk);
}

static GtkWidget *
block (int width)
{
  GtkWidget *label = gtk_label_new ("block");

  gtk_widget_set_size_request (label, width, 50);
  return label;
}

static void
test_adaptive (void)
{
  GtkWidget *box = g_object_ref_sink (g_object_new (TF_TYPE_ADAPTIVE, "threshold", 500, "spacing", 10, NULL));
  int minimum, natural;

  for (guint i = 0; i < 2; i++)
    gtk_widget_insert_before (block (200), box, NULL);
  gtk_widget_measure (box, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, &natural, NULL, NULL);
  g_assert_cmpint (minimum, ==, 200);
  g_assert_cmpint (natural, ==, 410);
  gtk_widget_measure (box, GTK_ORIENTATION_VERTICAL, 600, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, ==, 50);
  gtk_widget_measure (box, GTK_ORIENTATION_VERTICAL, 400, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, ==, 110);
  /* Wide enough by the threshold, too narrow for what is in it. */
  g_object_set (box, "threshold", 100, "side-width", 120, NULL);
  gtk_widget_measure (box, GTK_ORIENTATION_VERTICAL, 500, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, ==, 110);
  g_assert_finalize_object (box);
}

static void
test_table (void)
{
  static const TfColumnSpec columns[] = {
    { "Account", "id", TF_CELL_TEXT, -10 },
    { "Positions", "positions", TF_CELL_NUMBER, 5 },
    { "State", "state", TF_CELL_STATE, 8 },
  };
  g_autoptr (TfSystem) system = tf_system_new ();
  g_autoptr (TfDesk) desk = tf_desk_new (system);
  GListModel *accounts = tf_desk_get_accounts (desk);
  GtkWidget *table = tf_table_new (TF_TYPE_ACCOUNT_ITEM, accounts, columns, G_N_ELEMENTS (columns), "Accounts");
  GtkWidget *window = in_window (table);
  g_autoptr (TfItem) item = g_list_model_get_item (accounts, 1);

  g_assert_null (tf_table_selected (table));
  gtk_selection_model_select_item (gtk_column_view_get_model (GTK_COLUMN_VIEW (table)), 1, TRUE);
  g_assert_true (tf_table_selected (table) == item);
  destroy (window);
}

/* A width that was set by hand is there when the table is made again; another table has its own. */
static void
test_widths (void)
{
  static const TfColumnSpec specs[] = {
    { "Name", "name", TF_CELL_TEXT, 10 }, { "Account", "account", TF_CELL_TEXT, 6 },
  };
  g_autoptr (GListStore) store = g_list_store_new (TF_TYPE_VOTER_ITEM);
  const struct { const char *name; int width; } again[] = { { "one", 133 }, { "two", -1 } };

  for (guint i = 0; i < 1 + G_N_ELEMENTS (again); i++)
    {
      GtkWidget *table = g_object_ref_sink (tf_table_new (TF_TYPE_VOTER_ITEM, G_LIST_MODEL (store), specs, 2, "Things"));
      GListModel *columns = gtk_column_view_get_columns (GTK_COLUMN_VIEW (table));
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, 1);

      tf_table_remember (GTK_COLUMN_VIEW (table), i == 0 ? "one" : again[i - 1].name);
      if (i == 0)
        {
          gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

          gtk_column_view_column_set_fixed_width (column, 120);
          gtk_column_view_column_set_fixed_width (column, 133);
          while (g_object_get_data (G_OBJECT (table), "tf-save") != NULL && g_get_monotonic_time () < end)
            g_main_context_iteration (NULL, TRUE);
        }
      else
        g_assert_cmpint (gtk_column_view_column_get_fixed_width (column), ==, again[i - 1].width);
      g_object_unref (table);
    }
}

static void
test_label (void)
{
  GtkLabel *label = GTK_LABEL (g_object_ref_sink (gtk_label_new ("")));

  tf_label_set (label, "−$3.00", FALSE);
  tf_label_tone (label, -3);
  g_assert_true (gtk_widget_has_css_class (GTK_WIDGET (label), "loss"));
  tf_label_tone (label, 0);
  g_assert_false (gtk_widget_has_css_class (GTK_WIDGET (label), "loss"));
  tf_label_tone (label, 1);
  g_assert_true (gtk_widget_has_css_class (GTK_WIDGET (label), "gain"));
  g_assert_finalize_object (label);
}

/* A layer that was switched off stays so when the plot is filled again; the view follows the newest data. */
static void
test_chart (void)
{
  const TfTime times[] = { TF_HOUR, 2 * TF_HOUR };
  const double values[] = { 1, 2 };
  TfChart *chart = TF_CHART (tf_chart_new ());
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *legend = tf_chart_legend_new (chart), *window;
  TfPlot *plot = tf_chart_get_plot (chart);
  TfPlotTheme theme;
  const char *name;
  gboolean visible;
  TfColor color;

  gtk_box_append (GTK_BOX (box), legend);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (chart));
  window = in_window (box);
  for (guint round = 0; round < 2; round++)
    {
      tf_plot_clear (plot);
      tf_plot_add_line (plot, "Equity", times, values, 2, 0, TF_LINE_PLAIN);
      tf_chart_changed (chart);
      if (round == 0)
        gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (gtk_widget_get_first_child (legend)), FALSE);
    }
  tf_plot_theme_init (&theme, TF_THEME_LIGHT, FALSE);
  g_assert_true (tf_plot_get_legend (plot, 0, &theme, &name, &color, &visible));
  g_assert_false (visible);
  destroy (window);
}

static GtkWidget *
new_gauge (void)
{
  GtkWidget *gauge = tf_gauge_new ();

  tf_gauge_set (TF_GAUGE (gauge), 0.04, 0.12, 0.15, "Drawdown", "4 % of 15 %");
  return gauge;
}

static GtkWidget *
new_sparkline (void)
{
  GtkWidget *spark = tf_sparkline_new ();

  tf_sparkline_set_values (TF_SPARKLINE (spark), (const double[]) { 1, 2, NAN, 3 }, 4);
  return spark;
}

static GtkWidget *
new_confidence (void)
{
  GtkWidget *bar = tf_confidence_new ();

  tf_confidence_set (TF_CONFIDENCE (bar), 0.7, (const double[]) { 0.65, 0.75, 0.85 }, 3);
  return bar;
}

int
main (int    argc,
      char **argv)
{
  const struct { const char *path; GtkWidget *(*create) (void); } widgets[] = {
    { "/widgets/gone/gauge", new_gauge },
    { "/widgets/gone/sparkline", new_sparkline },
    { "/widgets/gone/confidence", new_confidence },
    { "/widgets/gone/chart", tf_chart_new },
    { "/widgets/gone/state-dot", tf_state_dot_new },
  };
  const struct { const char *path; GtkWidget *(*create) (TfDesk *desk); } pages[] = {
    { "/widgets/page/dashboard", tf_dashboard_page_new }, { "/widgets/page/signals", tf_signals_page_new },
    { "/widgets/page/risk", tf_risk_page_new }, { "/widgets/page/analytics", tf_analytics_page_new },
    { "/widgets/page/optimizer", tf_optimizer_page_new }, { "/widgets/page/audit", tf_audit_page_new },
    { "/widgets/page/system", tf_system_page_new },
  };

  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP no display\n");
      return 0;
    }
  adw_init ();
  g_test_add_func ("/widgets/adaptive", test_adaptive);
  g_test_add_func ("/widgets/table", test_table);
  g_test_add_func ("/widgets/widths", test_widths);
  g_test_add_func ("/widgets/label", test_label);
  g_test_add_func ("/widgets/chart", test_chart);
  for (guint i = 0; i < G_N_ELEMENTS (widgets); i++)
    g_test_add_data_func (widgets[i].path, widgets[i].create, test_gone);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    g_test_add_data_func (pages[i].path, pages[i].create, test_page);
  return g_test_run ();
}
