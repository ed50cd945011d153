/* The recursion of `propagator` and `course`, for many people at once.
 *
 * Why C: the grid of 10,000 people by 4,177 hours is 668 MB, which memory takes in about ten milliseconds; NumPy, which passes over it a dozen
 * times, cannot come near. Why compiled once for each instruction set and not with fused multiply-add (-ffp-contract=off): the same people then
 * have the same levels, bit for bit, on every x86 machine and for any number of threads.
 *
 * Eight people stand side by side in one vector; arrays are [what][person] and the number of people is a multiple of eight. Nothing here
 * allocates but one scratch buffer, and nothing is kept between calls.
 *
 * A history that repeats itself comes in windows: steps up to a dose. All windows of one chain have the same steps, so that each sample's level is a
 * product of the amounts at its window's begin with seven numbers that were made once: no sample waits for the one before, and nobody's periphery
 * is calculated where only levels are asked for. A history that does not repeat itself is walked step by step.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#ifndef VARIANT
#define VARIANT base
#endif
#define JOINED(a, b) a##_##b
#define NAMED(a, b) JOINED(a, b)

#define W 8
#define TERMS 18
#define RESTORE_AFTER 6
#define MOST_HALVINGS 2048 /* the largest double's; an infinite rate has no more */
#define TOGETHER 4 /* windows of one chain that share what is loaded of it */
typedef double v8 __attribute__((vector_size(64), aligned(8)));
typedef int64_t m8 __attribute__((vector_size(64), aligned(8)));
enum { GG, CG, CC, CP, PG, PC, PP, MG, MC, MP, MM, ENTRIES };
/* Of a sample: what a mg in the gut, the centre, the periphery (and of the metabolite) at its window's begin adds to its two levels. */
enum { PARENT_G, PARENT_C, PARENT_P, OTHER_G, OTHER_C, OTHER_P, OTHER_M, SHARES };

typedef struct {
    int64_t people, phases, intervals, products, steps, row_stride, block, extremes, alone, windows, chains, samples;
    const double *values;        /* [phase][9][person], as crowd.FIELDS: F ka CL V1 Q V2 fm CLm Vm */
    const double *hours;         /* [interval] */
    const int32_t *phase_of;     /* [interval] */
    const int32_t *product;      /* [product][2]: matrix intervals+i is the one times the other */
    const int32_t *matrix;       /* [step], -1: no time passes */
    const double *mg;            /* [step] enters the gut after the move */
    const int32_t *dose_phase;   /* [step] */
    const int32_t *row;          /* [step], -1: not sampled; with `extremes`, which needs windows, the row (a day) that takes the highest and lowest */
    const int32_t *sample_phase; /* [step] */
    const int32_t *doubt;        /* [step], -1: surely taken; else the row of `taken` */
    const double *taken;         /* [doubt][person], 1 or 0 */
    const int32_t *window;       /* [window][2]: first step, chain; none: step by step. Rows never decrease */
    const int32_t *chain;        /* [chain][3]: first and last step of one of its windows, its first sample */
    const int32_t *sample;       /* [sample of all chains]: how many steps after the window's first */
    double *state;               /* [4][person], in and out */
    double *parent, *metabolite; /* [row][row_stride]; with `extremes` [2][rows][row_stride]: lowest, then highest */
    int64_t rows;
    double mass_ratio;
} Work;

enum { F, KA, CL, V1, Q, V2, FM, CLM, VM, VALUES };

static inline v8 load(const double *from) { return *(const v8 *)from; }
static inline void keep(double *to, v8 what) { *(v8 *)to = what; }

#if defined(__AVX512F__)
static inline v8 least(v8 a, v8 b) { return (v8)_mm512_min_pd((__m512d)a, (__m512d)b); }
static inline v8 most(v8 a, v8 b) { return (v8)_mm512_max_pd((__m512d)a, (__m512d)b); }
#else
static inline v8 chosen(m8 which, v8 yes, v8 no) { return (v8)((which & (m8)yes) | (~which & (m8)no)); }
static inline v8 least(v8 a, v8 b) { return chosen(a < b, a, b); }
static inline v8 most(v8 a, v8 b) { return chosen(a > b, a, b); }
#endif

/* Past the caches: a grid that is written once must not be read in first. */
static inline void stream(double *to, v8 what) {
#if defined(__AVX512F__)
    _mm512_stream_pd(to, (__m512d)what);
#elif defined(__AVX__)
    _mm256_stream_pd(to, (__m256d){what[0], what[1], what[2], what[3]});
    _mm256_stream_pd(to + 4, (__m256d){what[4], what[5], what[6], what[7]});
#elif defined(__SSE2__)
    for (int i = 0; i < W; i += 2) _mm_stream_pd(to + i, (__m128d){what[i], what[i + 1]});
#else
    keep(to, what);
#endif
}

static inline void product(const v8 *x, const v8 *y, v8 *z) {
    z[GG] = x[GG] * y[GG];
    z[CG] = x[CG] * y[GG] + x[CC] * y[CG] + x[CP] * y[PG];
    z[CC] = x[CC] * y[CC] + x[CP] * y[PC];
    z[CP] = x[CC] * y[CP] + x[CP] * y[PP];
    z[PG] = x[PG] * y[GG] + x[PC] * y[CG] + x[PP] * y[PG];
    z[PC] = x[PC] * y[CC] + x[PP] * y[PC];
    z[PP] = x[PC] * y[CP] + x[PP] * y[PP];
    z[MG] = x[MG] * y[GG] + x[MC] * y[CG] + x[MP] * y[PG] + x[MM] * y[MG];
    z[MC] = x[MC] * y[CC] + x[MP] * y[PC] + x[MM] * y[MC];
    z[MP] = x[MC] * y[CP] + x[MP] * y[PP] + x[MM] * y[MP];
    z[MM] = x[MM] * y[MM];
}

/* The entries whose closed form loses nothing, for one of the eight; see restored_entries in propagator.py. */
static void restored(const v8 *r, int i, double h, v8 *m) {
    double k10 = r[1][i], k12 = r[2][i], b = r[3][i], a = k10 + k12, apart = a - b, cross = k12 * b;
    double d = sqrt(apart * apart + 4 * cross), big = (fabs(apart) + d) / 2, small = big > 0 ? cross / big : 0;
    double u = apart >= 0 ? big : small, v = apart >= 0 ? small : big;
    double fast = (a + b + d) / 2, slow = fast > 0 ? k10 * b / fast : 0;
    double e1 = exp(-fast * h), e2 = exp(-slow * h), between = d * h > 0 ? e2 * (-expm1(-d * h) / d) : e2 * h;
    m[GG][i] = exp(-r[0][i] * h);
    m[MM][i] = exp(-r[5][i] * h);
    m[CC][i] = d > 0 ? (v * e2 + u * e1) / d : e2;
    m[PP][i] = d > 0 ? (u * e2 + v * e1) / d : e2;
    m[CP][i] = b * between;
    m[PC][i] = k12 * between;
}

/* exp(A h) for eight people. r[6]: their rates. Of `bodies` 1 only the first counts. */
static void propagator(const v8 *r, double hours, v8 *phi, int bodies) {
    v8 next[ENTRIES], b[ENTRIES], h = {}, decay = {}, sum = r[1] + r[2], q = r[0];
    int most = 0, s[W];
    for (int i = 0; i < bodies; i++) {
        q[i] = fmax(fmax(r[0][i], sum[i]), fmax(r[3][i], r[5][i]));
        s[i] = q[i] * hours > 1 ? (int)fmin(ceil(log2(q[i] * hours)), MOST_HALVINGS) : 0;
        most = s[i] > most ? s[i] : most;
        h[i] = ldexp(hours, -s[i]);
        decay[i] = exp(-q[i] * h[i]);
    }
    memset(b, 0, sizeof b);
    b[GG] = (q - r[0]) * h;
    b[CG] = r[0] * h;
    b[CC] = (q - r[1] - r[2]) * h;
    b[CP] = r[3] * h;
    b[PC] = r[2] * h;
    b[PP] = (q - r[3]) * h;
    b[MC] = r[4] * h;
    b[MM] = (q - r[5]) * h;
    memset(phi, 0, ENTRIES * sizeof(v8));
    phi[GG] = phi[CC] = phi[PP] = phi[MM] = (v8){1, 1, 1, 1, 1, 1, 1, 1};
    for (int k = TERMS; k > 0; k--) {
        double part = 1.0 / k; /* eleven divisions a term would take most of the time */
        product(b, phi, next);
        for (int e = 0; e < ENTRIES; e++) phi[e] = next[e] * part;
        phi[GG] += 1.0;
        phi[CC] += 1.0;
        phi[PP] += 1.0;
        phi[MM] += 1.0;
    }
    for (int e = 0; e < ENTRIES; e++) phi[e] *= decay;
    for (int level = 1; level <= most; level++) {
        product(phi, phi, next);
        for (int i = 0; i < bodies; i++) {
            if (level > s[i]) continue;
            for (int e = 0; e < ENTRIES; e++) phi[e][i] = next[e][i];
            if (level > RESTORE_AFTER) restored(r, i, ldexp(h[i], level), phi);
        }
    }
    for (int i = 0; i < bodies; i++) restored(r, i, hours, phi);
}

static const double *of_phase(const Work *w, int64_t phase, int value, int64_t at) {
    return w->values + (phase * VALUES + value) * w->people + at;
}

/* ka k10 k12 k21 kf km, as `rates` of crowd.py. */
static void rates(const Work *w, int64_t phase, int64_t at, v8 *r) {
#define V(value) load(of_phase(w, phase, value, at))
    v8 q = V(Q);
    r[0] = V(KA);
    r[1] = V(CL) / V(V1);
    r[2] = q / V(V1);
    r[3] = (v8)((m8)(q > 0) & (m8)(q / V(V2)));
    r[4] = V(FM) * w->mass_ratio * r[1];
    r[5] = V(CLM) / V(VM);
}

/* Entry 0 of matrix `k` for the eight people at `j`. A vector's entries stand together: `width` apart they would fall on the same few lines of the
 * cache and push one another out. */
static inline double *matrix_of(const double *table, int64_t k, int64_t width, int64_t j) {
    return (double *)table + k * ENTRIES * width + j * ENTRIES;
}

/* The matrices of all intervals and products, and 1000/V1 and 1000/Vm in `scale` [phase][2][width]. */
static void tabled(const Work *w, int64_t at, int64_t width, double *table, double *scale) {
    for (int64_t j = 0; j < width; j += W) {
        for (int64_t phase = 0; phase < w->phases; phase++) {
            keep(scale + phase * 2 * width + j, 1000.0 / load(of_phase(w, phase, V1, at + j)));
            keep(scale + (phase * 2 + 1) * width + j, 1000.0 / load(of_phase(w, phase, VM, at + j)));
        }
        for (int64_t k = 0; k < w->intervals; k++) {
            v8 r[6], phi[ENTRIES];
            rates(w, w->phase_of[k], at + j, r);
            propagator(r, w->hours[k], phi, w->alone ? 1 : W);
            for (int e = 0; e < ENTRIES; e++) keep(matrix_of(table, k, width, j) + e * W, phi[e]);
        }
        for (int64_t k = 0; k < w->products; k++) {
            v8 x[ENTRIES], y[ENTRIES], z[ENTRIES];
            for (int e = 0; e < ENTRIES; e++) {
                x[e] = load(matrix_of(table, w->product[2 * k], width, j) + e * W);
                y[e] = load(matrix_of(table, w->product[2 * k + 1], width, j) + e * W);
            }
            product(x, y, z);
            for (int e = 0; e < ENTRIES; e++) keep(matrix_of(table, w->intervals + k, width, j) + e * W, z[e]);
        }
    }
}

/* A state is four vectors that stand together. */
static inline void moved(const double *m, double *s) {
    v8 g = load(s), c = load(s + W), p = load(s + 2 * W), n = load(s + 3 * W);
#define E(e) load(m + (e) * W)
    keep(s, E(GG) * g);
    keep(s + W, E(CG) * g + E(CC) * c + E(CP) * p);
    keep(s + 2 * W, E(PG) * g + E(PC) * c + E(PP) * p);
    keep(s + 3 * W, E(MG) * g + E(MC) * c + E(MP) * p + E(MM) * n);
#undef E
}

static void sampled(const Work *w, int64_t step, int64_t at, int64_t width, const double *s, const double *scales, int past) {
    const double *scale = scales + w->sample_phase[step] * 2 * width;
    int64_t place = w->row[step] * w->row_stride + at;
    for (int64_t j = 0; j < width; j += W) {
        v8 p = load(s + 4 * j + W) * load(scale + j), n = load(s + 4 * j + 3 * W) * load(scale + width + j);
        double *parent = w->parent + place + j, *metabolite = w->metabolite + place + j;
        if (past) {
            stream(parent, p);
            stream(metabolite, n);
        } else {
            keep(parent, p);
            keep(metabolite, n);
        }
    }
}

/* What enters the guts of the eight people at `at` with a step. */
static inline v8 entering(const Work *w, int64_t step, int64_t at) {
    v8 mg = load(of_phase(w, w->dose_phase[step], F, at)) * w->mg[step];
    return w->doubt[step] < 0 ? mg : mg * load(w->taken + w->doubt[step] * w->people + at);
}

static void walked(const Work *w, int64_t at, int64_t width, const double *table, const double *scales, double *s, int past) {
    for (int64_t step = 0; step < w->steps; step++) {
        if (w->matrix[step] >= 0) {
            for (int64_t j = 0; j < width; j += W) moved(matrix_of(table, w->matrix[step], width, j), s + 4 * j);
        }
        if (w->mg[step] != 0) {
            for (int64_t j = 0; j < width; j += W) keep(s + 4 * j, load(s + 4 * j) + entering(w, step, at + j));
        }
        if (w->row[step] >= 0) sampled(w, step, at, width, s, scales, past);
    }
}

/* Of one sample those of all vectors stand together, as they are read; likewise what carries them to the end of a chain's window. */
static inline double *shares_of(const double *prefixes, int64_t sample, int64_t width, int64_t j) {
    return (double *)prefixes + sample * SHARES * width + j * SHARES;
}

static inline double *end_of(const Work *w, const double *prefixes, int64_t chain, int64_t width, int64_t j) {
    return matrix_of(prefixes + w->samples * SHARES * width, chain, width, j);
}

static inline int64_t first_sample(const Work *w, int64_t chain) { return chain < w->chains ? w->chain[3 * chain + 2] : w->samples; }

static void prefixed(const Work *w, int64_t width, const double *table, const double *scales, double *prefixes) {
    for (int64_t j = 0; j < width; j += W) {
        for (int64_t chain = 0; chain < w->chains; chain++) {
            int64_t first = w->chain[3 * chain], last = w->chain[3 * chain + 1], sample = first_sample(w, chain);
            v8 so_far[ENTRIES] = {}, m[ENTRIES], next[ENTRIES];
            so_far[GG] = so_far[CC] = so_far[PP] = so_far[MM] = (v8){1, 1, 1, 1, 1, 1, 1, 1};
            for (int64_t step = first; step <= last; step++) {
                if (w->matrix[step] >= 0) {
                    for (int e = 0; e < ENTRIES; e++) m[e] = load(matrix_of(table, w->matrix[step], width, j) + e * W);
                    product(m, so_far, next);
                    memcpy(so_far, next, sizeof next);
                }
                if (w->row[step] < 0) continue;
                const double *scale = scales + w->sample_phase[step] * 2 * width + j;
                double *to = shares_of(prefixes, sample++, width, j);
                for (int e = 0; e < 3; e++) keep(to + (PARENT_G + e) * W, so_far[CG + e] * load(scale));
                for (int e = 0; e < 4; e++) keep(to + (OTHER_G + e) * W, so_far[MG + e] * load(scale + width));
            }
            for (int e = 0; e < ENTRIES; e++) keep(end_of(w, prefixes, chain, width, j) + e * W, so_far[e]);
        }
    }
}

static inline int64_t last_step(const Work *w, int64_t window) {
    const int32_t *chain = w->chain + 3 * w->window[2 * window + 1];
    return w->window[2 * window] + chain[1] - chain[0];
}

/* One sample of `n` windows of a chain, whose begins are [vector][TOGETHER] states. Not past the caches: a processor has few lines under way to memory
 * and would wait for them, while what it fetches and writes back in stretches of a page hides behind the arithmetic. */
static inline __attribute__((always_inline)) void rows_of(const double *shares, const double *begins, int64_t width, double *const *parent,
                                                          double *const *other, const int n) {
    for (int64_t j = 0; j < width; j += W, shares += SHARES * W, begins += TOGETHER * 4 * W) {
#define S(e) load(shares + (e) * W)
        v8 pg = S(PARENT_G), pc = S(PARENT_C), pp = S(PARENT_P), og = S(OTHER_G), oc = S(OTHER_C), op = S(OTHER_P), om = S(OTHER_M);
#undef S
        for (int i = 0; i < n; i++) {
            const double *b = begins + i * 4 * W;
            v8 g = load(b), c = load(b + W), p = load(b + 2 * W), m = load(b + 3 * W);
            v8 level = pg * g + pc * c + pp * p, level_of_other = og * g + oc * c + op * p + om * m;
            keep(parent[i] + j, level);
            keep(other[i] + j, level_of_other);
        }
    }
}

/* The state of everybody at a window's begin, into `begin` [vector][TOGETHER]; moved to its end. */
static void begun(const Work *w, int64_t window, int64_t at, int64_t width, const double *prefixes, double *s, double *begin) {
    int64_t chain = w->window[2 * window + 1], last = last_step(w, window);
    for (int64_t j = 0; j < width; j += W, s += 4 * W, begin += TOGETHER * 4 * W) {
        memcpy(begin, s, 4 * sizeof(v8));
        moved(end_of(w, prefixes, chain, width, j), s);
        if (w->mg[last] != 0) keep(s, load(s) + entering(w, last, at + j));
    }
}

/* The grid by windows; `begins` is room for TOGETHER states of everybody. */
static void windowed(const Work *w, int64_t at, int64_t width, const double *prefixes, double *s, double *begins) {
    for (int64_t window = 0, n; window < w->windows; window += n) {
        int64_t chain = w->window[2 * window + 1];
        for (n = 1; n < TOGETHER && window + n < w->windows && w->window[2 * (window + n) + 1] == chain;) n++;
        if (n < TOGETHER) n = 1;
        for (int64_t i = 0; i < n; i++) begun(w, window + i, at, width, prefixes, s, begins + i * 4 * W);
        for (int64_t sample = first_sample(w, chain); sample < first_sample(w, chain + 1); sample++) {
            const double *shares = shares_of(prefixes, sample, width, 0);
            double *parent[TOGETHER], *other[TOGETHER];
            for (int64_t i = 0; i < n; i++) {
                int64_t place = w->row[w->window[2 * (window + i)] + w->sample[sample]] * w->row_stride + at;
                parent[i] = w->parent + place, other[i] = w->metabolite + place;
            }
            if (n == TOGETHER)
                rows_of(shares, begins, width, parent, other, TOGETHER);
            else
                rows_of(shares, begins, width, parent, other, 1);
        }
    }
}

typedef struct {
    int64_t window, sample;
} Place; /* a sample of one chain in a window */

typedef struct {
    Place from, to;
    int64_t row;
} Span; /* the samples of one row: up to, not with, `to` */

/* `n` vectors from sample to sample of one row: amounts, lowest and highest stay in registers. */
static inline __attribute__((always_inline)) void spanned(const Work *w, const Span *span, int64_t at, int64_t width, int64_t j,
                                                          const double *prefixes, double *s, const int n, int past) {
    Place from = span->from, to = span->to;
    v8 g[2], c[2], p[2], o[2], low[2], high[2], low_o[2], high_o[2];
    for (int i = 0; i < n; i++) {
        g[i] = load(s + 4 * i * W), c[i] = load(s + (4 * i + 1) * W), p[i] = load(s + (4 * i + 2) * W), o[i] = load(s + (4 * i + 3) * W);
        low[i] = low_o[i] = (v8){} + INFINITY;
        high[i] = high_o[i] = (v8){};
    }
    for (; from.window <= to.window && from.window < w->windows; from.window++) {
        int64_t chain = w->window[2 * from.window + 1], last = last_step(w, from.window);
        int64_t until = from.window == to.window ? to.sample : first_sample(w, chain + 1);
        const double *m = shares_of(prefixes, from.sample, width, j), *end = end_of(w, prefixes, chain, width, j);
        for (; from.sample < until; from.sample++, m += SHARES * width) {
#define S(e) load(m + ((e) + i * SHARES) * W)
            for (int i = 0; i < n; i++) {
                v8 level = S(PARENT_G) * g[i] + S(PARENT_C) * c[i] + S(PARENT_P) * p[i];
                v8 other = S(OTHER_G) * g[i] + S(OTHER_C) * c[i] + S(OTHER_P) * p[i] + S(OTHER_M) * o[i];
                low[i] = least(low[i], level), high[i] = most(high[i], level);
                low_o[i] = least(low_o[i], other), high_o[i] = most(high_o[i], other);
            }
#undef S
        }
        if (from.window == to.window) break;
#define E(e) load(end + ((e) + i * ENTRIES) * W)
        for (int i = 0; i < n; i++) {
            v8 nc = E(CG) * g[i] + E(CC) * c[i] + E(CP) * p[i], np = E(PG) * g[i] + E(PC) * c[i] + E(PP) * p[i];
            o[i] = E(MG) * g[i] + E(MC) * c[i] + E(MP) * p[i] + E(MM) * o[i];
            g[i] = E(GG) * g[i], c[i] = nc, p[i] = np;
            if (w->mg[last] != 0) g[i] += entering(w, last, at + j + i * W);
        }
#undef E
        if (from.window + 1 < w->windows) from.sample = first_sample(w, w->window[2 * (from.window + 1) + 1]);
    }
    for (int i = 0; i < n; i++) {
        keep(s + 4 * i * W, g[i]), keep(s + (4 * i + 1) * W, c[i]), keep(s + (4 * i + 2) * W, p[i]), keep(s + (4 * i + 3) * W, o[i]);
        int64_t place = span->row * w->row_stride + at + j + i * W, above = w->rows * w->row_stride;
        double *parent = w->parent + place, *other = w->metabolite + place;
        if (past)
            stream(parent, low[i]), stream(parent + above, high[i]), stream(other, low_o[i]), stream(other + above, high_o[i]);
        else
            keep(parent, low[i]), keep(parent + above, high[i]), keep(other, low_o[i]), keep(other + above, high_o[i]);
    }
}

/* The spans of all rows: the same for everybody, and looked for once, since walking from step to step took a fifth of the time when each block did
 * it. How many there are; `found` has room for one of each row. */
static int64_t spans(const Work *w, Span *found) {
    Place from = {0, w->windows ? first_sample(w, w->window[1]) : 0}, to = from;
    int64_t row = -1, count = 0;
    while (to.window < w->windows && count < w->rows) {
        int64_t first = w->window[2 * to.window], chain = w->window[2 * to.window + 1], next = -1;
        if (to.sample < first_sample(w, chain + 1)) {
            next = w->row[first + w->sample[to.sample]];
            if (row < 0) row = next;
        }
        if (next >= 0 && next == row) {
            to.sample++;
            continue;
        }
        if (next < 0) {
            to.window++;
            to.sample = to.window < w->windows ? first_sample(w, w->window[2 * to.window + 1]) : 0;
            if (to.window < w->windows || row < 0) continue;
        }
        found[count++] = (Span){from, to, row};
        from = to;
        row = next;
    }
    return count;
}

/* Row after row, so that a block's eight or more vectors stand together where they are written. */
static void extremes(const Work *w, const Span *span, int64_t count, int64_t at, int64_t width, const double *prefixes, double *s, int past) {
    for (; count > 0; count--, span++) {
        int64_t j = 0;
        for (; j + 2 * W <= width; j += 2 * W) spanned(w, span, at, width, j, prefixes, s + 4 * j, 2, past);
        if (j < width) spanned(w, span, at, width, j, prefixes, s + 4 * j, 1, past);
    }
}

static inline double entering_one(const Work *w, int64_t step) {
    double mg = *of_phase(w, w->dose_phase[step], F, 0) * w->mg[step];
    return w->doubt[step] < 0 ? mg : mg * w->taken[w->doubt[step] * w->people];
}

/* One body alone: a vector of eight copies would write eight times as much. The same arithmetic in the same order, so the same digits. */
static void alone(const Work *w, const double *table, const double *scales, double *s) {
    double g = s[0], c = s[W], p = s[2 * W], o = s[3 * W];
    for (int64_t step = 0; step < w->steps; step++) {
        if (w->matrix[step] >= 0) {
            const double *m = table + (int64_t)w->matrix[step] * ENTRIES * W;
            double nc = m[CG * W] * g + m[CC * W] * c + m[CP * W] * p, np = m[PG * W] * g + m[PC * W] * c + m[PP * W] * p;
            o = m[MG * W] * g + m[MC * W] * c + m[MP * W] * p + m[MM * W] * o;
            g = m[GG * W] * g, c = nc, p = np;
        }
        if (w->mg[step] != 0) g += entering_one(w, step);
        if (w->row[step] >= 0) {
            const double *scale = scales + w->sample_phase[step] * 2 * W;
            w->parent[w->row[step] * w->row_stride] = c * scale[0];
            w->metabolite[w->row[step] * w->row_stride] = o * scale[W];
        }
    }
    s[0] = g, s[W] = c, s[2 * W] = p, s[3 * W] = o;
}

/* The same by windows, whose rows are in order and next to one another. `shares` is room for all samples' [share][sample]. */
static void alone_windowed(const Work *w, const double *prefixes, double *restrict shares, double *s) {
    double g = s[0], c = s[W], p = s[2 * W], o = s[3 * W];
    for (int64_t sample = 0; sample < w->samples; sample++) {
        for (int e = 0; e < SHARES; e++) shares[e * w->samples + sample] = shares_of(prefixes, sample, W, 0)[e * W];
    }
    for (int64_t window = 0; window < w->windows; window++) {
        int64_t chain = w->window[2 * window + 1], last = last_step(w, window);
        int64_t first = first_sample(w, chain), count = first_sample(w, chain + 1) - first;
        if (count) {
            const double *of = shares + first;
            int64_t row = w->row[w->window[2 * window] + w->sample[first]], all = w->samples;
            double *restrict parent = w->parent + row, *restrict other = w->metabolite + row;
            for (int64_t i = 0; i < count; i++) {
                parent[i] = of[i] * g + of[all + i] * c + of[2 * all + i] * p;
                other[i] = of[3 * all + i] * g + of[4 * all + i] * c + of[5 * all + i] * p + of[6 * all + i] * o;
            }
        }
        const double *m = end_of(w, prefixes, chain, W, 0);
        double nc = m[CG * W] * g + m[CC * W] * c + m[CP * W] * p, np = m[PG * W] * g + m[PC * W] * c + m[PP * W] * p;
        o = m[MG * W] * g + m[MC * W] * c + m[MP * W] * p + m[MM * W] * o;
        g = m[GG * W] * g, c = nc, p = np;
        if (w->mg[last] != 0) g += entering_one(w, last);
    }
    s[0] = g, s[W] = c, s[2 * W] = p, s[3 * W] = o;
}

/* How many doubles a person needs for the chains, for the matrices and in all, and bytes of a block and all spans; 1 where no number holds them. */
static int sized(const Work *w, int64_t block, int64_t *of_chains, int64_t *matrices, int64_t *each, int64_t *bytes) {
    int64_t ends, of_matrices, of_phases, of_spans;
    return __builtin_mul_overflow(w->samples, SHARES, of_chains) || __builtin_mul_overflow(w->chains, ENTRIES, &ends) ||
           __builtin_add_overflow(*of_chains, ends, of_chains) || __builtin_add_overflow(w->intervals, w->products, matrices) ||
           __builtin_mul_overflow(*matrices, ENTRIES, &of_matrices) || __builtin_mul_overflow(w->phases, 2, &of_phases) ||
           __builtin_add_overflow(of_matrices, of_phases, each) || __builtin_add_overflow(*each, *of_chains, each) ||
           __builtin_add_overflow(*each, 4 + 4 * TOGETHER, each) || __builtin_mul_overflow(*each, block, bytes) ||
           __builtin_mul_overflow(*bytes, (int64_t)sizeof(double), bytes) ||
           __builtin_mul_overflow(w->extremes ? w->rows : 0, (int64_t)sizeof(Span), &of_spans) ||
           __builtin_add_overflow(*bytes, of_spans, bytes);
}

/* People `first` to `last` (multiples of eight). 0, or 1 when there is no memory for the scratch. */
int NAMED(serein_walk, VARIANT)(const Work *w, int64_t first, int64_t last) {
    int64_t block = w->alone ? 2 * W : w->block, of_chains, matrices, each, bytes;
    double *table = NULL;
    if (sized(w, block, &of_chains, &matrices, &each, &bytes) || posix_memalign((void **)&table, 64, bytes)) return 1;
    double *scales = table + matrices * ENTRIES * block, *s = scales + w->phases * 2 * block;
    double *begins = s + 4 * block, *prefixes = begins + 4 * TOGETHER * block;
    Span *span = (Span *)(table + each * block);
    int64_t count = w->extremes ? spans(w, span) : 0;
    /* Streaming needs whole aligned lines, and pays only when the grid is larger than any cache. */
    int past = w->rows * w->row_stride > (1 << 20) && w->row_stride % W == 0 && !((uintptr_t)w->parent % 64) &&
               !((uintptr_t)w->metabolite % 64);
    for (int64_t at = first; at < last; at += block) {
        int64_t width = last - at < block ? last - at : block;
        tabled(w, at, width, table, scales);
        if (w->windows) prefixed(w, width, table, scales, prefixes);
        for (int64_t j = 0; j < width; j += W) {
            for (int c = 0; c < 4; c++) keep(s + 4 * j + c * W, load(w->state + c * w->people + at + j));
        }
        if (w->alone && w->windows)
            alone_windowed(w, prefixes, prefixes + of_chains * W, s); /* where a second vector's tables would end */
        else if (w->alone)
            alone(w, table, scales, s);
        else if (w->extremes)
            extremes(w, span, count, at, width, prefixes, s, past);
        else if (w->windows)
            windowed(w, at, width, prefixes, s, begins);
        else
            walked(w, at, width, table, scales, s, past);
        for (int64_t j = 0; j < width; j += W) {
            for (int c = 0; c < 4; c++) keep(w->state + c * w->people + at + j, load(s + 4 * j + c * W));
        }
    }
#if defined(__x86_64__)
    if (past) _mm_sfence();
#endif
    free(table);
    return 0;
}

#ifdef DISPATCH
int serein_walk_avx512(const Work *, int64_t, int64_t);
int serein_walk_avx2(const Work *, int64_t, int64_t);
#endif

#ifdef ENTRY
int serein_walk(const Work *w, int64_t first, int64_t last) {
#ifdef DISPATCH
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f")) return serein_walk_avx512(w, first, last);
    if (__builtin_cpu_supports("avx2")) return serein_walk_avx2(w, first, last);
#endif
    return serein_walk_base(w, first, last);
}

int64_t serein_kernel_version(void) { return 4; }
#endif
