#include "window/trader-policy.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "model/words-trader.h"
#include "window/adaptive.h"
#include "window/card.h"
#include "window/columns.h"
#include "window/follow.h"
#include "window/trader-preview.h"

#define SAVING 10 /* s that the commands of a save may take before what is in force is shown again */

/* One field as a row: what can be set there, and the way back to its default. */
typedef struct
{
  GtkWidget *row, *control, *reset;
} Row;

struct _TfTraderPolicy
{
  GtkWidget    parent_instance;
  TfDesk      *desk;
  guint        trader, account;
  TfCopyPolicy saved, edited;
  gint64       changes, until; /* so many changes of policies make what was saved; waited for till then, monotonic */
  gboolean     filling;     /* the rows are being set, not edited */
  Row          rows[TF_N_POLICY_FIELDS];
  GtkWidget   *accounts, *preview, *state, *save, *discard, *instruments;
};

G_DEFINE_FINAL_TYPE (TfTraderPolicy, tf_trader_policy, GTK_TYPE_WIDGET)

/* In groups, in the order in which one thinks about it. */
static const struct { const char *title; gint8 fields[10]; } groups[] = {
  { N_("Size"), { TF_POLICY_SIZING, TF_POLICY_AMOUNT, TF_POLICY_QUANTITY, TF_POLICY_RATIO, TF_POLICY_REFERENCE, TF_POLICY_MULTIPLIER,
                  TF_POLICY_VOLATILITY, TF_POLICY_PART, TF_POLICY_STOP, -1 } },
  { N_("Small orders"), { TF_POLICY_ROUNDING, TF_POLICY_ROUND_UP, -1 } },
  { N_("What is copied"), { TF_POLICY_LONG, TF_POLICY_SHORT, TF_POLICY_REVERSE, TF_POLICY_LEAST_CONFIDENCE, TF_POLICY_LARGEST_AGE,
                            TF_POLICY_LARGEST_DEVIATION, -1 } },
  { N_("Beginning and end"), { TF_POLICY_START, TF_POLICY_LEAVING, TF_POLICY_BARS, -1 } },
  { N_("Caps, of the account’s equity; 0 is none"), { TF_POLICY_CAP_TRADE, TF_POLICY_CAP_INSTRUMENT, TF_POLICY_CAP_TRADER,
                                                      TF_POLICY_CAP_ACCOUNT, TF_POLICY_CAP_CLUSTER, -1 } },
  { N_("Stop following at a loss; 0 is never"), { TF_POLICY_CAPITAL, TF_POLICY_STATIC_STOP, TF_POLICY_TRAILING_STOP, -1 } },
};

/* Fields that count only with one way to find the size. */
static const struct { guint8 field, sizing; } only[] = {
  { TF_POLICY_AMOUNT, TF_COPY_SIZE_FIXED_AMOUNT }, { TF_POLICY_QUANTITY, TF_COPY_SIZE_FIXED_QUANTITY },
  { TF_POLICY_RATIO, TF_COPY_SIZE_EQUITY_RATIO }, { TF_POLICY_REFERENCE, TF_COPY_SIZE_EQUITY_RATIO },
  { TF_POLICY_MULTIPLIER, TF_COPY_SIZE_MULTIPLIER }, { TF_POLICY_VOLATILITY, TF_COPY_SIZE_VOLATILITY_TARGET },
  { TF_POLICY_PART, TF_COPY_SIZE_CONFIDENCE },
};

/* Fractions are typed in percent. */
static double
shown_scale (const TfPolicyField *field)
{
  return field->unit == TF_POLICY_UNIT_FRACTION ? 100 : 1;
}

static gboolean
is_dirty (TfTraderPolicy *self)
{
  return memcmp (&self->saved, &self->edited, sizeof self->saved) != 0;
}

/* Rows */

static void
update_row (TfTraderPolicy *self,
            guint           param)
{
  const TfPolicyField *field = tf_policy_field (param);
  double value = tf_copy_policy_get (&self->edited, (gint) param);
  gboolean counts = TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (only); i++)
    if (only[i].field == param)
      counts = self->edited.values[TF_POLICY_SIZING] == only[i].sizing;
  if (param == TF_POLICY_ROUND_UP)
    counts = self->edited.values[TF_POLICY_ROUNDING] == TF_COPY_ROUND_UP;
  gtk_widget_set_visible (self->rows[param].row, counts);
  gtk_widget_set_visible (self->rows[param].reset, !G_APPROX_VALUE (value, field->value, 1e-9));
}

static void
fill_row (TfTraderPolicy *self,
          guint           param)
{
  const TfPolicyField *field = tf_policy_field (param);
  GtkWidget *control = self->rows[param].control;
  double value = tf_copy_policy_get (&self->edited, (gint) param);

  if (field->kind == TF_POLICY_CHOICE)
    gtk_drop_down_set_selected (GTK_DROP_DOWN (control), (guint) value);
  else if (field->kind == TF_POLICY_FLAG)
    gtk_switch_set_active (GTK_SWITCH (control), value != 0);
  else
    gtk_spin_button_set_value (GTK_SPIN_BUTTON (control), value * shown_scale (field));
  update_row (self, param);
}

static void
update_state (TfTraderPolicy *self)
{
  gboolean dirty = is_dirty (self);

  gtk_widget_set_sensitive (self->save, dirty);
  gtk_widget_set_sensitive (self->discard, dirty);
  tf_label_set (GTK_LABEL (self->state), dirty ? _("Not saved yet.") : _("As it is in force."), FALSE);
  tf_trader_preview_set (TF_TRADER_PREVIEW (self->preview), self->account, &self->edited);
}

static void
fill (TfTraderPolicy *self)
{
  GtkWidget *button = gtk_widget_get_first_child (self->instruments);

  self->filling = TRUE;
  for (guint p = 0; p < TF_N_POLICY_FIELDS; p++)
    fill_row (self, p);
  for (guint i = 0; button != NULL; i++, button = gtk_widget_get_next_sibling (button))
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (gtk_flow_box_child_get_child (GTK_FLOW_BOX_CHILD (button))),
                                  !tf_copy_policy_excludes (&self->edited, i));
  self->filling = FALSE;
  update_state (self);
}

static void
on_edited (TfTraderPolicy *self,
           GtkWidget      *control)
{
  guint param = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (control), "tf-param"));
  const TfPolicyField *field = tf_policy_field (param);
  double value;

  if (self->filling)
    return;
  if (field->kind == TF_POLICY_CHOICE)
    value = gtk_drop_down_get_selected (GTK_DROP_DOWN (control));
  else if (field->kind == TF_POLICY_FLAG)
    value = gtk_switch_get_active (GTK_SWITCH (control));
  else
    value = gtk_spin_button_get_value (GTK_SPIN_BUTTON (control)) / shown_scale (field);
  if (!tf_copy_policy_set (&self->edited, (gint) param, CLAMP (value, field->min, field->max)))
    return;
  for (guint p = 0; p < TF_N_POLICY_FIELDS; p++)
    update_row (self, p);
  update_state (self);
}

static void
on_control (GtkWidget      *control,
            GParamSpec     *pspec,
            TfTraderPolicy *self)
{
  on_edited (self, control);
}

static void
on_reset (GtkWidget      *button,
          TfTraderPolicy *self)
{
  guint param = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "tf-param"));

  tf_copy_policy_set (&self->edited, (gint) param, tf_policy_field (param)->value);
  fill (self);
}

static GtkWidget *
create_choice (const TfPolicyField *field)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);
  guint n = (guint) field->max + 1;

  for (guint i = 0; i < n; i++)
    gtk_string_list_append (titles, _(field->choices[n + i]));
  return gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&titles)), NULL);
}

static GtkWidget *
create_number (const TfPolicyField *field)
{
  double scale = shown_scale (field);
  guint digits = field->kind == TF_POLICY_COUNT || field->kind == TF_POLICY_TIME ? 0 : field->unit == TF_POLICY_UNIT_QUANTITY ? 4
                 : field->unit == TF_POLICY_UNIT_BASIS_POINTS ? 0 : 2;
  GtkWidget *spin = gtk_spin_button_new_with_range (field->min * scale, field->max * scale, digits == 0 ? 1 : 0.1);

  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (spin), digits);
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (spin), TRUE);
  gtk_editable_set_width_chars (GTK_EDITABLE (spin), 9);
  gtk_editable_set_alignment (GTK_EDITABLE (spin), 1);
  return spin;
}

static GtkWidget *
create_row (TfTraderPolicy *self,
            guint           param)
{
  const TfPolicyField *field = tf_policy_field (param);
  Row *row = &self->rows[param];
  g_autofree char *usual = tf_words_policy_value (field, field->value), *name = g_strdup_printf (_("Default of “%s”"), _(field->title));
  g_autofree char *tip = g_strdup_printf (_("Back to the default: %s"), usual);
  const char *unit = field->choices != NULL || field->kind == TF_POLICY_FLAG ? "" : tf_words_policy_unit (field->unit);

  row->row = adw_action_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row->row), _(field->title));
  row->reset = gtk_button_new_from_icon_name ("edit-undo-symbolic");
  gtk_widget_add_css_class (row->reset, "flat");
  gtk_widget_set_valign (row->reset, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (row->reset, tip);
  tf_accessible_name (row->reset, name);
  g_object_set_data (G_OBJECT (row->reset), "tf-param", GUINT_TO_POINTER (param));
  g_signal_connect (row->reset, "clicked", G_CALLBACK (on_reset), self);
  row->control = field->kind == TF_POLICY_CHOICE ? create_choice (field)
                 : field->kind == TF_POLICY_FLAG ? gtk_switch_new () : create_number (field);
  gtk_widget_set_valign (row->control, GTK_ALIGN_CENTER);
  tf_accessible_name (row->control, _(field->title));
  g_object_set_data (G_OBJECT (row->control), "tf-param", GUINT_TO_POINTER (param));
  g_signal_connect (row->control, field->kind == TF_POLICY_CHOICE ? "notify::selected" : field->kind == TF_POLICY_FLAG ? "notify::active"
                                                                                                                  : "notify::value",
                    G_CALLBACK (on_control), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row->row), row->reset);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row->row), row->control);
  if (*unit != '\0')
    {
      GtkWidget *label = tf_text_new (unit, "dim-label");

      gtk_label_set_wrap (GTK_LABEL (label), FALSE);
      gtk_label_set_width_chars (GTK_LABEL (label), 4);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row->row), label);
    }
  return row->row;
}

/* Instruments */

static void
on_instrument (GtkToggleButton *button,
               TfTraderPolicy  *self)
{
  gint index = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "tf-instrument"));

  if (self->filling)
    return;
  tf_copy_policy_set (&self->edited, TF_POLICY_INSTRUMENT + index, gtk_toggle_button_get_active (button));
  update_state (self);
}

static GtkWidget *
create_instruments (TfTraderPolicy *self)
{
  const TfConfig *config = tf_desk_get_config (self->desk);

  self->instruments = gtk_flow_box_new ();
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (self->instruments), GTK_SELECTION_NONE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (self->instruments), 12);
  tf_accessible_name (self->instruments, _("Instruments that are copied"));
  for (guint i = 0; i < MIN (config->universe->n, TF_COPY_MAX_INSTRUMENTS); i++)
    {
      GtkWidget *button = gtk_toggle_button_new_with_label (config->universe->items[i].symbol);

      gtk_widget_add_css_class (button, "chip");
      g_object_set_data (G_OBJECT (button), "tf-instrument", GINT_TO_POINTER ((gint) i));
      g_signal_connect (button, "toggled", G_CALLBACK (on_instrument), self);
      gtk_flow_box_insert (GTK_FLOW_BOX (self->instruments), button, -1);
    }
  return self->instruments;
}

/* Saving */

static void
load (TfTraderPolicy *self)
{
  const TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);
  const TfConfig *config = tf_desk_get_config (self->desk);

  if (self->trader >= config->n_traders || self->account >= config->n_accounts)
    return;
  if (snapshot != NULL && snapshot->config == config)
    self->saved = tf_snapshot_follow (snapshot, self->trader, self->account)->policy;
  else
    tf_config_get_policy (config, self->trader, self->account, &self->saved);
}

static void
on_discard (TfTraderPolicy *self)
{
  load (self);
  self->edited = self->saved;
  fill (self);
}

static void
on_save (TfTraderPolicy *self)
{
  const TfConfig *config = tf_desk_get_config (self->desk);
  const TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);
  gint64 voter = (gint64) config->n_bots + self->trader, changes = snapshot != NULL ? snapshot->policy_changes : 0;

  for (gint p = 0; p < TF_N_POLICY_FIELDS; p++)
    if (self->saved.values[p] != self->edited.values[p])
      {
        tf_desk_set_policy (self->desk, (gint) self->account, voter, p, tf_copy_policy_get (&self->edited, p));
        changes++;
      }
  for (guint i = 0; i < MIN (config->universe->n, TF_COPY_MAX_INSTRUMENTS); i++)
    if (tf_copy_policy_excludes (&self->saved, i) != tf_copy_policy_excludes (&self->edited, i))
      {
        tf_desk_set_policy (self->desk, (gint) self->account, voter, TF_POLICY_INSTRUMENT + (gint) i,
                            tf_copy_policy_get (&self->edited, TF_POLICY_INSTRUMENT + (gint) i));
        changes++;
      }
  self->changes = changes;
  self->until = g_get_monotonic_time () + SAVING * G_USEC_PER_SEC;
  self->saved = self->edited;
  update_state (self);
  tf_label_set (GTK_LABEL (self->state), _("Saved: it counts from the next signal on."), FALSE);
}

static void
on_account (TfTraderPolicy *self)
{
  guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->accounts));

  if (selected == GTK_INVALID_LIST_POSITION)
    return;
  self->account = selected;
  on_discard (self);
}

/**
 * tf_trader_policy_update:
 *
 * Takes over what was saved meanwhile, unless somebody is editing.
 */
void
tf_trader_policy_update (TfTraderPolicy *self)
{
  const TfSnapshot *snapshot = tf_desk_get_snapshot (self->desk);
  TfCopyPolicy before = self->saved;

  if (is_dirty (self))
    return;
  if (g_get_monotonic_time () < self->until && (snapshot == NULL || snapshot->policy_changes < self->changes))
    return; /* what was saved is on its way */
  self->until = 0;
  load (self);
  if (memcmp (&before, &self->saved, sizeof before) == 0)
    return;
  self->edited = self->saved;
  fill (self);
}

/* The object */

static void
tf_trader_policy_dispose (GObject *object)
{
  TF_TRADER_POLICY (object)->filling = TRUE; /* what rows tell on their way out is no edit */
  tf_remove_children (GTK_WIDGET (object));
  g_clear_object (&TF_TRADER_POLICY (object)->desk);
  G_OBJECT_CLASS (tf_trader_policy_parent_class)->dispose (object);
}

static void
tf_trader_policy_class_init (TfTraderPolicyClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tf_trader_policy_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
tf_trader_policy_init (TfTraderPolicy *self)
{
}

static GtkWidget *
create_bar (TfTraderPolicy *self)
{
  const TfConfig *config = tf_desk_get_config (self->desk);
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  g_autoptr (GtkStringList) accounts = gtk_string_list_new (NULL);

  for (guint a = 0; a < config->n_accounts; a++)
    gtk_string_list_append (accounts, config->accounts[a].id);
  self->accounts = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&accounts)), NULL);
  tf_accessible_name (self->accounts, _("Account of the policy"));
  self->state = tf_text_new (NULL, "dim-label");
  gtk_widget_set_hexpand (self->state, TRUE);
  self->discard = gtk_button_new_with_label (_("Discard"));
  self->save = gtk_button_new_with_label (_("Save"));
  gtk_widget_add_css_class (self->save, "suggested-action");
  gtk_box_append (GTK_BOX (bar), self->accounts);
  gtk_box_append (GTK_BOX (bar), self->state);
  gtk_box_append (GTK_BOX (bar), self->discard);
  gtk_box_append (GTK_BOX (bar), self->save);
  g_signal_connect_swapped (self->discard, "clicked", G_CALLBACK (on_discard), self);
  g_signal_connect_swapped (self->save, "clicked", G_CALLBACK (on_save), self);
  g_signal_connect_swapped (self->accounts, "notify::selected", G_CALLBACK (on_account), self);
  return bar;
}

GtkWidget *
tf_trader_policy_new (TfDesk *desk,
                      guint   trader)
{
  TfTraderPolicy *self = g_object_new (TF_TYPE_TRADER_POLICY, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18), *form = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18), *instruments;
  GtkWidget *both = g_object_new (TF_TYPE_ADAPTIVE, "threshold", 760, "spacing", 18, "side-width", 320, NULL);

  self->desk = g_object_ref (desk);
  self->trader = trader;
  gtk_box_append (GTK_BOX (box), create_bar (self));
  for (guint g = 0; g < G_N_ELEMENTS (groups); g++)
    {
      GtkWidget *group = adw_preferences_group_new ();

      adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _(groups[g].title));
      for (const gint8 *field = groups[g].fields; *field >= 0; field++)
        adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), create_row (self, (guint) *field));
      gtk_box_append (GTK_BOX (form), group);
    }
  instruments = adw_preferences_group_new ();
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (instruments), _("Instruments"));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (instruments), create_instruments (self));
  gtk_box_append (GTK_BOX (form), instruments);
  self->preview = tf_trader_preview_new (desk, trader);
  gtk_widget_set_valign (self->preview, GTK_ALIGN_START);
  gtk_widget_insert_before (form, both, NULL);
  gtk_widget_insert_before (self->preview, both, NULL);
  gtk_box_append (GTK_BOX (box), both);
  gtk_widget_set_parent (box, GTK_WIDGET (self));
  on_discard (self);
  return GTK_WIDGET (self);
}
