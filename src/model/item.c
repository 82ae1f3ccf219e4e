#include "model/item.h"

#include <string.h>

G_DEFINE_ABSTRACT_TYPE (TfItem, tf_item, G_TYPE_OBJECT)

static gconstpointer
field_of (TfItem        *self,
          const TfField *field)
{
  return G_STRUCT_MEMBER_P (self, TF_ITEM_GET_CLASS (self)->values + field->offset);
}

static void
tf_item_get_property (GObject    *object,
                      guint       id,
                      GValue     *value,
                      GParamSpec *pspec)
{
  TfItem *self = TF_ITEM (object);
  const TfField *field = &TF_ITEM_GET_CLASS (self)->fields[id - 1];
  gconstpointer at = field_of (self, field);

  switch (field->type)
    {
    case TF_FIELD_INT:
      g_value_set_int (value, *(const gint *) at);
      break;
    case TF_FIELD_INT64:
      g_value_set_int64 (value, *(const gint64 *) at);
      break;
    case TF_FIELD_DOUBLE:
      g_value_set_double (value, *(const double *) at);
      break;
    case TF_FIELD_TEXT:
      g_value_set_string (value, at);
      break;
    }
}

static void
tf_item_class_init (TfItemClass *klass)
{
}

static void
tf_item_init (TfItem *self)
{
}

static GParamSpec *
spec_of (const TfField *field)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  switch (field->type)
    {
    case TF_FIELD_INT:
      return g_param_spec_int (field->name, NULL, NULL, G_MININT, G_MAXINT, 0, flags);
    case TF_FIELD_INT64:
      return g_param_spec_int64 (field->name, NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
    case TF_FIELD_DOUBLE:
      return g_param_spec_double (field->name, NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, 0, flags);
    case TF_FIELD_TEXT:
    default:
      return g_param_spec_string (field->name, NULL, NULL, "", flags);
    }
}

/**
 * tf_item_class_set_fields:
 * @values: offset of the values in the instance
 * @size: of the values
 * @fields: (array length=n_fields): static
 *
 * Installs a property for each field; called once, in the class init of a subclass.
 */
void
tf_item_class_set_fields (TfItemClass   *klass,
                          gsize          values,
                          gsize          size,
                          const TfField *fields,
                          guint          n_fields)
{
  G_OBJECT_CLASS (klass)->get_property = tf_item_get_property; /* not inherited by properties of subclasses */
  klass->values = values;
  klass->size = size;
  klass->fields = fields;
  klass->n_fields = n_fields;
  for (guint i = 0; i < n_fields; i++)
    g_object_class_install_property (G_OBJECT_CLASS (klass), i + 1, spec_of (&fields[i]));
}

/**
 * tf_item_update:
 * @values: new ones, of the subclass’s type, unused bytes zero
 *
 * Takes them over and notifies of those that are others than before.
 *
 * Returns: whether any was
 */
gboolean
tf_item_update (TfItem        *self,
                gconstpointer  values)
{
  TfItemClass *klass = TF_ITEM_GET_CLASS (self);
  gpointer now = G_STRUCT_MEMBER_P (self, klass->values);
  guint64 changed = 0;

  g_assert (klass->n_fields <= 64);
  if (memcmp (now, values, klass->size) == 0)
    return FALSE;
  for (guint i = 0; i < klass->n_fields; i++)
    if (memcmp (field_of (self, &klass->fields[i]), (const char *) values + klass->fields[i].offset, klass->fields[i].size))
      changed |= G_GUINT64_CONSTANT (1) << i;
  memcpy (now, values, klass->size);
  for (guint i = 0; i < klass->n_fields; i++)
    if (changed & G_GUINT64_CONSTANT (1) << i)
      g_object_notify (G_OBJECT (self), klass->fields[i].name);
  return TRUE;
}
