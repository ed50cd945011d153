/* Runs the kernel through strange sizes and extreme bodies; built by test_kernel_memory.py with the sanitizers, which end it at the first wrong access.
 *
 * Every array has exactly the size that kernel.c says it reads or writes. Argument 1: "whole", or the slip that the sanitizers must find: "short" (a
 * grid one row too small), "leak" (grids that are never given back).
 */
#include KERNEL

#include <stdio.h>

#define ROUNDS 80

static uint64_t seed = 7;

static int64_t any(int64_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return below > 0 ? (int64_t)((seed >> 33) % (uint64_t)below) : 0;
}

static void *room(int64_t count, size_t each) {
    void *found = NULL;
    if (posix_memalign(&found, 64, count > 0 ? count * each : 1)) exit(3);
    memset(found, 0, count > 0 ? count * each : 1);
    return found;
}

static void fail(const char *what, int64_t round) {
    fprintf(stderr, "round %lld: %s\n", (long long)round, what);
    exit(4);
}

/* The last two make rates that are infinite or no number, whose thousands of halvings take long here: seldom. */
static const double STRANGE[] = {0, 5e-324, 1e-300, 1e-9, 1, 1e3, 1e9, 1e300, 1.7e308};

static double strange_number(void) { return STRANGE[any(any(30) ? 7 : 9)]; }

static double of_a_body(int value, int strange) {
    static const double usual[] = {0.9, 2, 1.6, 30, 20, 50, 0.8, 0.7, 60};
    return strange ? strange_number() : usual[value] * (0.5 + any(1000) / 1000.0);
}

typedef struct {
    double *values, *hours, *mg, *taken, *state, *parent, *metabolite;
    int32_t *phase_of, *product, *matrix, *dose_phase, *row, *sample_phase, *doubt, *window, *chain, *sample;
} Owned;

/* Steps that repeat themselves: every window is one of few chains, each with a dose at its end. */
static void steps(Work *w, Owned *o, int64_t matrices, int64_t doubts, int64_t most) {
    int64_t length[3], sampled[3];
    w->chains = 1 + any(3), w->windows = any(40), w->samples = 0;
    o->chain = room(w->chains * 3, 4), o->sample = room(w->chains * most, 4), o->window = room(w->windows * 2, 4);
    int32_t *pattern = room(w->chains * most * 3, 4); /* matrix, sampled, phase of the volumes */
    for (int64_t c = 0, first; c < w->chains; c++) {
        length[c] = 1 + any(most), sampled[c] = 0, first = w->samples;
        for (int64_t i = 0; i < length[c]; i++) {
            int32_t *p = pattern + (c * most + i) * 3;
            p[0] = (int32_t)any(matrices + 1) - 1, p[1] = any(4) > 0, p[2] = (int32_t)any(w->phases);
            if (p[1]) o->sample[w->samples++] = (int32_t)i, sampled[c]++;
        }
        o->chain[3 * c + 2] = (int32_t)first;
        o->chain[3 * c] = -1; /* not seen yet */
    }
    w->steps = w->rows = 0;
    for (int64_t k = 0; k < w->windows; k++) {
        int64_t c = k < w->chains ? k : any(w->chains);
        o->window[2 * k] = (int32_t)w->steps, o->window[2 * k + 1] = (int32_t)c;
        if (o->chain[3 * c] < 0) o->chain[3 * c] = (int32_t)w->steps, o->chain[3 * c + 1] = (int32_t)(w->steps + length[c] - 1);
        w->steps += length[c];
    }
    for (int64_t c = 0; c < w->chains; c++) {
        if (o->chain[3 * c] < 0) o->chain[3 * c] = 0, o->chain[3 * c + 1] = -1; /* never met: no steps */
    }
    o->matrix = room(w->steps, 4), o->mg = room(w->steps, 8), o->dose_phase = room(w->steps, 4), o->row = room(w->steps, 4);
    o->sample_phase = room(w->steps, 4), o->doubt = room(w->steps, 4);
    for (int64_t k = 0, at = 0; k < w->windows; k++) {
        int64_t c = o->window[2 * k + 1];
        for (int64_t i = 0; i < length[c]; i++, at++) {
            int32_t *p = pattern + (c * most + i) * 3;
            o->matrix[at] = p[0], o->sample_phase[at] = p[2], o->doubt[at] = -1;
            o->row[at] = p[1] ? (int32_t)w->rows++ : -1;
        }
        o->mg[at - 1] = any(3) * 2.5, o->dose_phase[at - 1] = (int32_t)any(w->phases), o->doubt[at - 1] = (int32_t)any(doubts + 1) - 1;
    }
    free(pattern);
}

static void made(Work *w, Owned *o, int strange) {
    static const int64_t blocks[] = {8, 16, 24, 64, 128};
    memset(w, 0, sizeof *w), memset(o, 0, sizeof *o);
    w->people = W * (1 + any(strange ? 2 : 9)), w->phases = 1 + any(3), w->intervals = 1 + any(5), w->products = any(5), w->block = blocks[any(5)];
    w->row_stride = w->people + W * any(2), w->mass_ratio = 0.95;
    int64_t doubts = any(3), matrices = w->intervals + w->products;
    o->values = room(w->phases * VALUES * w->people, 8), o->hours = room(w->intervals, 8), o->phase_of = room(w->intervals, 4);
    o->product = room(w->products * 2, 4), o->taken = room(doubts * w->people, 8), o->state = room(4 * w->people, 8);
    for (int64_t i = 0; i < w->phases * VALUES * w->people; i++) o->values[i] = of_a_body((int)(i / w->people % VALUES), strange);
    for (int64_t i = 0; i < w->intervals; i++) {
        o->hours[i] = strange ? strange_number() : any(30) / 10.0, o->phase_of[i] = (int32_t)any(w->phases);
    }
    for (int64_t i = 0; i < w->products; i++) {
        o->product[2 * i] = (int32_t)any(w->intervals + i), o->product[2 * i + 1] = (int32_t)any(w->intervals + i);
    }
    for (int64_t i = 0; i < doubts * w->people; i++) o->taken[i] = (double)any(2);
    steps(w, o, matrices, doubts, 24);
    w->values = o->values, w->hours = o->hours, w->phase_of = o->phase_of, w->product = o->product, w->taken = o->taken, w->state = o->state;
    w->matrix = o->matrix, w->mg = o->mg, w->dose_phase = o->dose_phase, w->row = o->row, w->sample_phase = o->sample_phase, w->doubt = o->doubt;
    w->window = o->window, w->chain = o->chain, w->sample = o->sample;
}

static void given_back(Owned *o) {
    void *all[] = {o->values, o->hours, o->mg, o->taken, o->state, o->parent, o->metabolite, o->phase_of, o->product, o->matrix, o->dose_phase,
                   o->row, o->sample_phase, o->doubt, o->window, o->chain, o->sample};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static double *walked_through(Work w, int64_t cut, int64_t stride, int64_t rows, double **metabolite) {
    w.row_stride = stride;
    w.parent = room(rows * stride, 8), *metabolite = w.metabolite = room(rows * stride, 8);
    memset(w.state, 0, 4 * w.people * sizeof(double));
    if (cut && serein_walk(&w, 0, cut)) exit(5);
    if (serein_walk(&w, cut, w.people)) exit(5);
    return w.parent;
}

static int apart(const double *x, const double *y, int64_t count, double tolerance) {
    for (int64_t i = 0; i < count; i++) {
        if (!(fabs(x[i] - y[i]) <= tolerance * fabs(y[i]) + 1e-290) && !(x[i] != x[i] && y[i] != y[i])) return 1;
    }
    return 0;
}

static void one(int64_t round, int strange) {
    Work w;
    Owned o;
    double *p[5], *m[5];
    made(&w, &o, strange);
    int64_t size = w.rows * w.row_stride;
    p[0] = walked_through(w, 0, w.row_stride, w.rows, m);
    p[1] = walked_through(w, W * any(w.people / W), w.row_stride, w.rows, m + 1);
    if (memcmp(p[0], p[1], size * 8) || memcmp(m[0], m[1], size * 8)) fail("a cut between people changes digits", round);
    Work by_steps = w, lone = w, days = w;
    by_steps.windows = 0;
    p[2] = walked_through(by_steps, 0, w.row_stride, w.rows, m + 2);
    if (!strange && (apart(p[0], p[2], size, 1e-12) || apart(m[0], m[2], size, 1e-12))) fail("windows differ from steps", round);
    lone.alone = 1, lone.people = W;
    for (int by = 0; by < 2; by++, lone.windows = 0) { /* `people` is the distance between values too, so of a lone body all are its own */
        double *values = room(w.phases * VALUES * W, 8), *taken = room(3 * W, 8), *others;
        for (int64_t i = 0; i < w.phases * VALUES; i++) {
            for (int k = 0; k < W; k++) values[i * W + k] = w.values[i * w.people];
        }
        for (int64_t i = 0; i < w.steps; i++) {
            if (w.doubt[i] >= 0) taken[w.doubt[i] * W] = w.taken[w.doubt[i] * w.people];
        }
        lone.values = values, lone.taken = taken;
        double *alone = walked_through(lone, 0, 1, w.rows, &others);
        for (int64_t i = 0; i < w.rows; i++) {
            const double *from = by ? p[2] : p[0];
            if (memcmp(alone + i, from + i * w.row_stride, 8) && !(alone[i] != alone[i])) fail("a body alone has other digits", round);
        }
        free(values), free(taken), free(alone), free(others);
    }
    int32_t *row = room(w.steps, 4);
    int64_t a_day = 1 + any(9);
    for (int64_t i = 0; i < w.steps; i++) row[i] = w.row[i] < 0 ? -1 : (int32_t)(w.row[i] / a_day);
    days.extremes = 1, days.row = row, days.rows = (w.rows + a_day - 1) / a_day;
    double *others, *both = walked_through(days, 0, w.row_stride, 2 * days.rows, &others);
    for (int64_t d = 0; !strange && d < days.rows; d++) {
        for (int64_t i = 0; i < w.people; i++) {
            double low = INFINITY, high = 0;
            for (int64_t r = d * a_day; r < w.rows && r < (d + 1) * a_day; r++) {
                low = fmin(low, p[0][r * w.row_stride + i]), high = fmax(high, p[0][r * w.row_stride + i]);
            }
            if (both[d * w.row_stride + i] != low || both[(days.rows + d) * w.row_stride + i] != high) fail("not a day's extremes", round);
        }
    }
    for (int i = 0; i < 3; i++) free(p[i]), free(m[i]);
    free(row), free(both), free(others);
    given_back(&o);
}

/* A grid that is large enough to be streamed past the caches. */
static void large(void) {
    Work w;
    Owned o;
    double *parent, *metabolite, *again, *other;
    do {
        made(&w, &o, 0);
        if (w.rows > 300) break;
        given_back(&o);
    } while (1);
    int64_t stride = W * ((1 << 20) / w.rows / W + 1);
    parent = walked_through(w, 0, stride, w.rows, &metabolite);
    again = walked_through(w, 0, w.row_stride, w.rows, &other);
    for (int64_t r = 0; r < w.rows; r++) {
        if (memcmp(parent + r * stride, again + r * w.row_stride, w.people * 8)) fail("streamed levels differ", r);
    }
    free(parent), free(metabolite), free(again), free(other), given_back(&o);
}

/* Sizes that no memory holds, or whose product no number holds, are answered with 1. */
static void too_large(void) {
    Work w;
    Owned o;
    made(&w, &o, 0);
    int64_t *sizes[] = {&w.intervals, &w.products, &w.samples, &w.chains, &w.phases, &w.block};
    for (int i = 0; i < 6; i++) {
        for (int bits = 40; bits < 63; bits += 11) {
            int64_t was = *sizes[i];
            *sizes[i] = (int64_t)1 << bits;
            if (serein_walk(&w, 0, w.people) != 1) fail("memory that cannot be there", bits);
            *sizes[i] = was;
        }
    }
    given_back(&o);
}

int main(int count, char **arguments) {
    const char *what = count > 1 ? arguments[1] : "whole";
    Work w;
    Owned o;
    if (!strcmp(what, "short") || !strcmp(what, "leak")) {
        double *metabolite;
        do made(&w, &o, 0);
        while (!w.rows);
        walked_through(w, 0, w.row_stride, w.rows - !strcmp(what, "short"), &metabolite);
        memset(&w, 0, sizeof w);
        return 0;
    }
    for (int64_t round = 0; round < ROUNDS; round++) one(round, round % 6 == 5);
    large();
    too_large();
    printf("%d rounds\n", ROUNDS);
    return 0;
}
