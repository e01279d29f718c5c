/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The same options give the same scene: everything comes from one seeded generator.
 */
#include "ov-test-scene.h"

typedef struct
{
  const OvTestScene *options;
  OvScene           *scene;
  GRand             *rand;
  guint32            n_leaves;
} Maker;

static const char *const REGIONS[] = {
  "kernel", "shop", "rabbit", "ssl", "telemetry", "mnesia", "ranch", "cowboy", "logger", "sasl",
  "inets", "amqp_client", "prometheus", "os_mon", "phoenix", "ecto",
};
static const char *const NAMES[] = {
  "queue_sup", "connection", "channel", "code_server", "cart", "order", "session", "pool",
  "writer", "reader", "metrics", "index", "cache", "user_sup", "worker", "payment_gateway",
};

static guint32
left (const Maker *maker)
{
  guint32 n = ov_scene_get_size (maker->scene);

  return n >= maker->options->n_items ? 0 : maker->options->n_items - n;
}

static void
decorate (Maker       *maker,
          OvSceneItem *item)
{
  guint32 dice = g_rand_int_range (maker->rand, 0, 1000);
  guint32 heat = g_rand_int_range (maker->rand, 0, 255);

  item->heat = maker->options->heat ? heat * heat / 255 : OV_HEAT_NONE;
  if (maker->options->trouble && dice < 30)
    item->tone = dice < 2 ? OV_TONE_ERROR : dice < 8 ? OV_TONE_WARNING : dice < 14 ? OV_TONE_RENEWED
                 : dice < 24 ? OV_TONE_NEW : OV_TONE_MUTED;
  if (item->tone == OV_TONE_RENEWED)
    item->badge = 1 + dice % 5;
}

static guint32
add (Maker      *maker,
     guint32     parent,
     OvShape     shape,
     const char *name)
{
  guint32 i = ov_scene_get_size (maker->scene);
  OvSceneItem item = { .id = 1000 + i, .parent = parent, .shape = shape, .heat = OV_HEAT_NONE };
  g_autofree char *label = NULL, *sublabel = g_strdup_printf ("<0.%u.0> \302\267 %s:init/1", 90 + i, name);

  item.border = g_rand_int_range (maker->rand, 0, 3);
  item.dots = g_rand_int_range (maker->rand, OV_DOTS_FIRST, OV_DOTS_STACK + 1);
  item.mono = OV_MONO_SUBLABEL;
  if (shape == OV_SHAPE_REGION)
    item.border = OV_BORDER_SOLID;
  else
    decorate (maker, &item);
  if (maker->options->error_at > 0)
    item.tone = maker->options->error_at == i ? OV_TONE_ERROR : OV_TONE_NEUTRAL;
  label = shape == OV_SHAPE_REGION ? g_strdup (name) : g_strdup_printf ("%s_%u", name, i);
  if (maker->options->long_names)
    {
      g_free (label);
      label = g_strdup_printf ("%s_with_a_name_of_one_hundred_and_twenty_characters_that_nobody_would_"
                               "ever_choose_but_a_generator_did_because_it_can_%u", name, i);
    }

  return ov_scene_add (maker->scene, &item, label, shape == OV_SHAPE_REGION ? NULL : sublabel);
}

static const char *
pick (Maker *maker)
{
  return NAMES[g_rand_int_range (maker->rand, 0, G_N_ELEMENTS (NAMES))];
}

static void
add_leaves (Maker   *maker,
            guint32  parent,
            guint32  n)
{
  static const guint8 SHAPES[] = { OV_SHAPE_PLAIN, OV_SHAPE_PLAIN, OV_SHAPE_PLAIN, OV_SHAPE_NOTCHED,
                                   OV_SHAPE_BARRED, OV_SHAPE_PILL };
  const char *name = pick (maker);

  for (guint32 i = 0; i < n && left (maker) > 0; i++)
    {
      guint8 shape = SHAPES[g_rand_int_range (maker->rand, 0, G_N_ELEMENTS (SHAPES))];

      maker->n_leaves++;
      if (maker->options->skip > 0 && maker->n_leaves % maker->options->skip == 0)
        {
          g_rand_int_range (maker->rand, 0, 2);
          continue;
        }
      add (maker, parent, n > 12 ? OV_SHAPE_PLAIN : shape, n > 12 ? name : pick (maker));
    }
}

static void
add_branch (Maker   *maker,
            guint32  parent,
            guint    depth,
            guint32  budget)
{
  guint32 header, end = ov_scene_get_size (maker->scene) + budget;

  if (left (maker) == 0)
    return;
  header = add (maker, parent, OV_SHAPE_HEADER, pick (maker));
  add_leaves (maker, header, g_rand_int_range (maker->rand, 1, 6));
  if (budget > 60 && g_rand_int_range (maker->rand, 0, 2) == 0)
    add_leaves (maker, header, budget / 2);
  while (ov_scene_get_size (maker->scene) < end && left (maker) > 0)
    {
      guint32 rest = end - ov_scene_get_size (maker->scene);

      if (depth < 6 && rest > 8)
        add_branch (maker, header, depth + 1, g_rand_int_range (maker->rand, 4, MAX (rest * 2 / 3, 5)));
      else
        add_leaves (maker, header, rest);
    }
}

OvScene *
ov_test_scene_system (const OvTestScene *options)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (options->seed);
  Maker maker = { options, ov_scene_new (options->n_items), rand };
  guint32 n_regions = CLAMP (options->n_items / 40, 2, G_N_ELEMENTS (REGIONS));

  for (guint32 i = 0; left (&maker) > 0; i++)
    {
      guint32 region = add (&maker, OV_SCENE_NONE, OV_SHAPE_REGION, REGIONS[i % n_regions]);
      guint32 share = options->n_items / n_regions * (i % 4 == 1 ? 2 : i % 3 == 0 ? 1 : 0) / 2 + 4;

      add_branch (&maker, region, 0, i + 1 >= n_regions ? left (&maker) : share);
    }
  ov_scene_freeze (maker.scene);

  return maker.scene;
}

OvScene *
ov_test_scene_random (guint32 n_items,
                      guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (guint32));
  OvScene *scene = ov_scene_new (n_items);
  guint32 bushy = g_rand_int_range (rand, 1, 30);

  for (guint32 i = 0; i < n_items; i++)
    {
      OvSceneItem item = { .id = i + 1, .parent = OV_SCENE_NONE, .heat = OV_HEAT_NONE };

      item.shape = g_rand_int_range (rand, 0, OV_SHAPE_REGION + 1);
      if (g_rand_int_range (rand, 0, bushy) == 0 && open->len > 0)
        g_array_set_size (open, g_rand_int_range (rand, 0, open->len));
      if (open->len > 0)
        item.parent = g_array_index (open, guint32, open->len - 1);
      ov_scene_add (scene, &item, "item", NULL);
      if (g_rand_int_range (rand, 0, 4) == 0)
        g_array_append_val (open, i);
    }
  ov_scene_freeze (scene);

  return scene;
}
