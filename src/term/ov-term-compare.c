/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Erlang's order of terms:
 *
 *   number < atom < reference < fun < port < pid < tuple < map < nil < list < bit string
 *
 * Tuples and maps by size first, maps then by their sorted keys and after that by the values.
 * 1 and 1.0 are equal to compare(), not to equal(), and never as keys of a map.
 * Iterative: a frame for each pair of containers that is being walked.
 * Threads: any.
 */
#include "term/ov-term-private.h"

#include <math.h>
#include <string.h>

typedef struct
{
  const OvTerm *a;
  const OvTerm *b;
  guint32       next;
  gboolean      exact;
} Frame;

/* In the order of OvTermType. */
static const guint8 ranks[] = {
  [OV_TERM_ATOM] = 1,      [OV_TERM_INTEGER] = 0,   [OV_TERM_BIG] = 0,    [OV_TERM_FLOAT] = 0,
  [OV_TERM_PID] = 5,       [OV_TERM_PORT] = 4,      [OV_TERM_REFERENCE] = 2, [OV_TERM_FUN] = 3,
  [OV_TERM_EXPORT] = 3,    [OV_TERM_TUPLE] = 6,     [OV_TERM_LIST] = 9,   [OV_TERM_BINARY] = 10,
  [OV_TERM_BITSTRING] = 10, [OV_TERM_MAP] = 7,      [OV_TERM_OPAQUE] = 11,
};

#define RANK_NIL 8

static int
get_rank (const OvTerm *self)
{
  return self->type == OV_TERM_LIST && self->n == 0 ? RANK_NIL : ranks[self->type];
}

#define ORDER(x, y) ((x) < (y) ? -1 : (x) > (y) ? 1 : 0)

static int
compare_bytes (const guint8 *a,
               gsize         n_a,
               const guint8 *b,
               gsize         n_b)
{
  int order = memcmp (a, b, MIN (n_a, n_b));

  return order != 0 ? order : ORDER (n_a, n_b);
}

static int
compare_bigs (const OvTerm *a,
              const OvTerm *b)
{
  int order;

  if (a->aux != b->aux)
    return a->aux ? -1 : 1;

  order = ORDER (a->n, b->n);
  for (guint i = a->n; order == 0 && i > 0; i--)
    order = ORDER (ov_term_payload (a)[i - 1], ov_term_payload (b)[i - 1]);

  return a->aux ? -order : order;
}

static int
compare_integer_with_float (gint64 a,
                            double b)
{
  gint64 whole;

  if (b >= 0x1p63)
    return -1;
  if (b < -0x1p63)
    return 1;

  whole = (gint64) b;
  if (a != whole)
    return ORDER (a, whole);

  return ORDER (0.0, b - (double) whole);
}

/* The magnitude of @b as a big, to compare exactly; it is at least 2^63. */
static int
compare_big_with_float (const OvTerm *a,
                        double        b)
{
  g_autoptr (OvTerm) other = NULL;
  g_autofree guint8 *bytes = NULL;
  int exponent;
  guint64 mantissa;
  guint shift;

  if ((b < 0) != (a->aux != 0) || fabs (b) < 0x1p63)
    return a->aux ? -1 : 1;

  mantissa = (guint64) ldexp (frexp (fabs (b), &exponent), 53);
  shift = (guint) (exponent - 53);
  bytes = g_malloc0 (shift / 8 + 9);
  for (guint i = 0; i < 9; i++)
    {
      guint8 byte = 0;

      if (i < 8)
        byte = (guint8) ((mantissa >> (8 * i)) << (shift % 8));
      if (i > 0)
        byte |= (guint8) (((mantissa >> (8 * (i - 1))) & 0xff) >> (8 - shift % 8));
      bytes[shift / 8 + i] = byte;
    }

  other = ov_term_new_big (b < 0, bytes, shift / 8 + 9);
  return other->type == OV_TERM_BIG ? compare_bigs (a, other) : (a->aux ? -1 : 1);
}

static int
compare_numbers (const OvTerm *a,
                 const OvTerm *b,
                 gboolean      exact)
{
  gint64 i = 0, j = 0;
  double x = 0, y = 0;

  if (exact && (a->type == OV_TERM_FLOAT) != (b->type == OV_TERM_FLOAT))
    return a->type == OV_TERM_FLOAT ? 1 : -1;

  ov_term_get_integer (a, &i);
  ov_term_get_integer (b, &j);
  ov_term_get_float (a, &x);
  ov_term_get_float (b, &y);

  if (a->type == OV_TERM_FLOAT && b->type == OV_TERM_FLOAT)
    return ORDER (x, y);
  if (a->type == OV_TERM_FLOAT)
    return b->type == OV_TERM_BIG ? -compare_big_with_float (b, x)
                                  : -compare_integer_with_float (j, x);
  if (b->type == OV_TERM_FLOAT)
    return a->type == OV_TERM_BIG ? compare_big_with_float (a, y)
                                  : compare_integer_with_float (i, y);
  if (a->type == OV_TERM_BIG && b->type == OV_TERM_BIG)
    return compare_bigs (a, b);
  if (a->type == OV_TERM_BIG)
    return a->aux ? -1 : 1;
  if (b->type == OV_TERM_BIG)
    return b->aux ? 1 : -1;

  return ORDER (i, j);
}

static int
compare_creations (const OvTerm *a,
                   const OvTerm *b)
{
  return a->creation == 0 || b->creation == 0 ? 0 : ORDER (a->creation, b->creation);
}

static int
compare_ports (const OvTerm *a,
               const OvTerm *b)
{
  const OvTermPort *p = (const OvTermPort *) ov_term_payload (a);
  const OvTermPort *q = (const OvTermPort *) ov_term_payload (b);

  if (p->id != q->id)
    return ORDER (p->id, q->id);
  if (p->node != q->node)
    return strcmp (p->node, q->node);

  return compare_creations (a, b);
}

static int
compare_references (const OvTerm *a,
                    const OvTerm *b)
{
  const OvTermReference *p = (const OvTermReference *) ov_term_payload (a);
  const OvTermReference *q = (const OvTermReference *) ov_term_payload (b);

  if (p->node != q->node)
    return strcmp (p->node, q->node);
  if (compare_creations (a, b) != 0)
    return compare_creations (a, b);
  if (a->n != b->n)
    return ORDER (a->n, b->n);
  for (guint i = a->n; i > 0; i--)
    if (p->words[i - 1] != q->words[i - 1])
      return ORDER (p->words[i - 1], q->words[i - 1]);

  return 0;
}

static int
compare_bit_strings (const OvTerm *a,
                     const OvTerm *b)
{
  gsize whole = MIN (a->n, b->n);
  int order = memcmp (ov_term_payload (a), ov_term_payload (b), whole);
  guint bits_a = a->type == OV_TERM_BITSTRING ? a->aux : 8;
  guint bits_b = b->type == OV_TERM_BITSTRING ? b->aux : 8;

  if (order != 0)
    return order;

  return a->n != b->n ? ORDER (a->n, b->n) : ORDER (bits_a, bits_b);
}

/* Two terms of one rank that are no containers. */
static int
compare_leaves (const OvTerm *a,
                const OvTerm *b,
                gboolean      exact)
{
  switch ((OvTermType) a->type)
    {
    case OV_TERM_INTEGER:
    case OV_TERM_BIG:
    case OV_TERM_FLOAT:
      return compare_numbers (a, b, exact);
    case OV_TERM_PID:
      return ov_pid_compare (ov_term_payload (a), ov_term_payload (b));
    case OV_TERM_PORT:
      return compare_ports (a, b);
    case OV_TERM_REFERENCE:
      return compare_references (a, b);
    case OV_TERM_BINARY:
    case OV_TERM_BITSTRING:
      return compare_bit_strings (a, b);
    default:
      return compare_bytes (ov_term_payload (a), a->n, ov_term_payload (b), b->n);
    }
}

/* Decides what the heads of two terms decide; *walk: their contents have to be walked. */
static int
compare_heads (const OvTerm *a,
               const OvTerm *b,
               gboolean      exact,
               gboolean     *walk)
{
  *walk = FALSE;
  if (a == b)
    return 0;
  if (get_rank (a) != get_rank (b))
    return ORDER (get_rank (a), get_rank (b));
  if (ov_term_is_container (a) != ov_term_is_container (b))
    return ov_term_is_container (a) ? 1 : -1; /* closures before fun M:F/A */
  if (!ov_term_is_container (a))
    return compare_leaves (a, b, exact);
  if (a->type != OV_TERM_LIST && a->n != b->n)
    return ORDER (a->n, b->n);

  *walk = TRUE;
  return 0;
}

/* What is left of a list after its first @n elements: NULL for "more elements". */
static const OvTerm *
get_rest (const OvTerm *list,
          guint         n)
{
  if (n < list->n)
    return NULL;

  return ov_term_slots (list)[n] != NULL ? ov_term_slots (list)[n] : ov_term_new_nil ();
}

typedef enum
{
  STEP_PAIR, /* compare these two next */
  STEP_DONE, /* the containers are equal */
  STEP_ORDER /* they are not */
} Step;

static Step
step_list (Frame         *frame,
           const OvTerm **a,
           const OvTerm **b,
           int           *order)
{
  guint i = frame->next++;

  if (i > MIN (frame->a->n, frame->b->n))
    return STEP_DONE;

  *a = get_rest (frame->a, i);
  *b = get_rest (frame->b, i);
  if (*a == NULL && *b == NULL)
    {
      *a = ov_term_slots (frame->a)[i];
      *b = ov_term_slots (frame->b)[i];
      return STEP_PAIR;
    }
  if (*a != NULL && *b != NULL)
    return STEP_PAIR;

  *order = *a == NULL ? ORDER (ranks[OV_TERM_LIST], get_rank (*b))
                      : ORDER (get_rank (*a), ranks[OV_TERM_LIST]);
  return STEP_ORDER;
}

static Step
step_map (Frame         *frame,
          const OvTerm **a,
          const OvTerm **b,
          gboolean      *exact)
{
  guint n = frame->a->n;
  guint i = frame->next++;
  gsize value = i < n ? 0 : 1;

  if (i >= 2 * n)
    return STEP_DONE;

  *a = ov_term_slots (frame->a)[2 * (gsize) ov_term_map_order (frame->a)[i % n] + value];
  *b = ov_term_slots (frame->b)[2 * (gsize) ov_term_map_order (frame->b)[i % n] + value];
  *exact = frame->exact || value == 0;
  return STEP_PAIR;
}

static Step
step (Frame         *frame,
      const OvTerm **a,
      const OvTerm **b,
      gboolean      *exact,
      int           *order)
{
  *exact = frame->exact;
  if (frame->a->type == OV_TERM_LIST)
    return step_list (frame, a, b, order);
  if (frame->a->type == OV_TERM_MAP)
    return step_map (frame, a, b, exact);
  if (frame->next >= frame->a->n)
    return STEP_DONE;

  *a = ov_term_slots (frame->a)[frame->next];
  *b = ov_term_slots (frame->b)[frame->next];
  frame->next++;
  return STEP_PAIR;
}

static int
walk_containers (const OvTerm *a,
                 const OvTerm *b,
                 gboolean      exact)
{
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  Frame first = { a, b, 0, exact };
  int order = 0;

  g_array_append_val (frames, first);
  while (order == 0 && frames->len > 0)
    {
      Frame child = { NULL, NULL, 0, FALSE };
      gboolean walk = FALSE;
      Step what = step (&g_array_index (frames, Frame, frames->len - 1), &child.a, &child.b,
                        &child.exact, &order);

      if (what == STEP_PAIR)
        order = compare_heads (child.a, child.b, child.exact, &walk);
      else if (what == STEP_DONE)
        g_array_set_size (frames, frames->len - 1);
      if (walk)
        g_array_append_val (frames, child);
    }

  return order;
}

static int
compare (const OvTerm *a,
         const OvTerm *b,
         gboolean      exact)
{
  gboolean walk;
  int order = compare_heads (a, b, exact, &walk);

  return walk ? walk_containers (a, b, exact) : order;
}

/* As keys of a map compare: 1 before 1.0. */
int
ov_term_compare_exactly (const OvTerm *a,
                         const OvTerm *b)
{
  return compare (a, b, TRUE);
}

static int
compare_keys_cb (gconstpointer a,
                 gconstpointer b,
                 gpointer      map)
{
  guint32 i = *(const guint32 *) a;
  guint32 j = *(const guint32 *) b;
  int order = compare (ov_term_slots (map)[2 * (gsize) i], ov_term_slots (map)[2 * (gsize) j], TRUE);

  return order != 0 ? order : ORDER (i, j);
}

/*< private >
 * ov_term_sort_map:
 * @self: a map whose slots are filled
 *
 * Returns: %FALSE when a key is there twice; it is sorted all the same, earlier pairs first
 */
gboolean
ov_term_sort_map (OvTerm *self)
{
  guint32 *order = ov_term_map_order (self);
  OvTerm **slots = ov_term_slots (self);
  gboolean sorted = TRUE;

  for (guint32 i = 0; i < self->n; i++)
    {
      order[i] = i;
      if (i > 0 && sorted)
        sorted = compare (slots[2 * (gsize) i - 2], slots[2 * (gsize) i], TRUE) < 0;
    }
  if (sorted)
    return TRUE;

  g_qsort_with_data (order, (int) self->n, sizeof *order, compare_keys_cb, self);
  for (guint32 i = 1; i < self->n; i++)
    if (compare (slots[2 * (gsize) order[i - 1]], slots[2 * (gsize) order[i]], TRUE) == 0)
      return FALSE;

  return TRUE;
}

/**
 * ov_term_equal:
 * @a: a term
 * @b: another
 *
 * Returns: what =:= says; identifiers that a person typed have no creation and fit any
 */
gboolean
ov_term_equal (const OvTerm *a,
               const OvTerm *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  return compare (a, b, TRUE) == 0;
}

/**
 * ov_term_compare:
 * @a: a term
 * @b: another
 *
 * Returns: less than, equal to or greater than 0, in Erlang's order of terms
 */
int
ov_term_compare (const OvTerm *a,
                 const OvTerm *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, 0);

  return compare (a, b, FALSE);
}
