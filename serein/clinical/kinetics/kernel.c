/* The recursion of `propagator` and `course`, for many people at once.
 *
 * Why C: the grid of 10,000 people by 4,177 hours is 668 MB, which memory takes in about ten milliseconds; NumPy, which passes over it a dozen
 * times, cannot come near. Why compiled once for each instruction set and not with fused multiply-add (-ffp-contract=off): the same people then
 * have the same levels, bit for bit, on every x86 machine and for any number of threads.
 *
 * Eight people stand side by side in one vector; arrays are [what][person] and the number of people is a multiple of eight. Nothing here
 * allocates but one scratch buffer, and nothing is kept between calls.
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
typedef double v8 __attribute__((vector_size(64), aligned(8)));
typedef int64_t m8 __attribute__((vector_size(64), aligned(8)));
enum { GG, CG, CC, CP, PG, PC, PP, MG, MC, MP, MM, ENTRIES };

typedef struct {
    int64_t people, phases, intervals, products, steps, row_stride, block, extremes, alone;
    const double *values;        /* [phase][9][person], as crowd.FIELDS: F ka CL V1 Q V2 fm CLm Vm */
    const double *hours;         /* [interval] */
    const int32_t *phase_of;     /* [interval] */
    const int32_t *product;      /* [product][2]: matrix intervals+i is the one times the other */
    const int32_t *matrix;       /* [step], -1: no time passes */
    const double *mg;            /* [step] enters the gut after the move */
    const int32_t *dose_phase;   /* [step] */
    const int32_t *row;          /* [step], -1: not sampled; with `extremes` the row (a day, never decreasing) that takes the highest and lowest */
    const int32_t *sample_phase; /* [step] */
    const int32_t *doubt;        /* [step], -1: surely taken; else the row of `taken` */
    const double *taken;         /* [doubt][person], 1 or 0 */
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

/* exp(A h) for eight people. r[6]: their rates. */
static void propagator(const v8 *r, double hours, v8 *phi) {
    v8 next[ENTRIES], b[ENTRIES], h, decay, sum = r[1] + r[2], q = r[0];
    int most = 0, s[W];
    for (int i = 0; i < W; i++) {
        q[i] = fmax(fmax(r[0][i], sum[i]), fmax(r[3][i], r[5][i]));
        s[i] = q[i] * hours > 1 ? (int)ceil(log2(q[i] * hours)) : 0;
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
        for (int i = 0; i < W; i++) {
            if (level > s[i]) continue;
            for (int e = 0; e < ENTRIES; e++) phi[e][i] = next[e][i];
            if (level > RESTORE_AFTER) restored(r, i, ldexp(h[i], level), phi);
        }
    }
    for (int i = 0; i < W; i++) restored(r, i, hours, phi);
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
            propagator(r, w->hours[k], phi);
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

static inline void moved(const double *m, double *s, int64_t width, int64_t j) {
    v8 g = load(s + j), c = load(s + width + j), p = load(s + 2 * width + j), n = load(s + 3 * width + j);
#define E(e) load(m + (e) * W)
    keep(s + j, E(GG) * g);
    keep(s + width + j, E(CG) * g + E(CC) * c + E(CP) * p);
    keep(s + 2 * width + j, E(PG) * g + E(PC) * c + E(PP) * p);
    keep(s + 3 * width + j, E(MG) * g + E(MC) * c + E(MP) * p + E(MM) * n);
#undef E
}

static void sampled(const Work *w, int64_t step, int64_t at, int64_t width, const double *s, const double *scales, int past) {
    const double *scale = scales + w->sample_phase[step] * 2 * width;
    int64_t place = w->row[step] * w->row_stride + at;
    for (int64_t j = 0; j < width; j += W) {
        v8 p = load(s + width + j) * load(scale + j), n = load(s + 3 * width + j) * load(scale + width + j);
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

static void walked(const Work *w, int64_t at, int64_t width, const double *table, const double *scales, double *s, int past) {
    for (int64_t step = 0; step < w->steps; step++) {
        if (w->matrix[step] >= 0) {
            for (int64_t j = 0; j < width; j += W) moved(matrix_of(table, w->matrix[step], width, j), s, width, j);
        }
        if (w->mg[step] != 0) {
            const double *f = of_phase(w, w->dose_phase[step], F, at);
            const double *taken = w->doubt[step] < 0 ? NULL : w->taken + w->doubt[step] * w->people + at;
            for (int64_t j = 0; j < width; j += W) {
                v8 mg = load(f + j) * w->mg[step];
                keep(s + j, load(s + j) + (taken ? mg * load(taken + j) : mg));
            }
        }
        if (w->row[step] >= 0) sampled(w, step, at, width, s, scales, past);
    }
}

/* `n` vectors through the steps `from` to `to`, whose samples all belong to one row and one volume. Amounts, lowest and highest stay in
 * registers, and are scaled once: a positive factor keeps the order, rounding included. With `fresh` nothing was kept in that row before. */
static inline __attribute__((always_inline)) void spanned(const Work *w, int64_t from, int64_t to, int64_t at, int64_t width,
                                                          const double *table, const double *scales, double *s, const int n,
                                                          int fresh) {
    v8 g[2], c[2], p[2], o[2], low_c[2], high_c[2], low_o[2], high_o[2];
    int64_t sample = -1;
    for (int i = 0; i < n; i++) {
        g[i] = load(s + i * W), c[i] = load(s + width + i * W), p[i] = load(s + 2 * width + i * W), o[i] = load(s + 3 * width + i * W);
        low_c[i] = low_o[i] = (v8){} + INFINITY;
        high_c[i] = high_o[i] = (v8){};
    }
    for (int64_t step = from; step < to; step++) {
        if (w->matrix[step] >= 0) {
            const double *m = matrix_of(table, w->matrix[step], width, 0);
#define E(e) load(m + ((e) + i * ENTRIES) * W)
            for (int i = 0; i < n; i++) {
                v8 nc = E(CG) * g[i] + E(CC) * c[i] + E(CP) * p[i], np = E(PG) * g[i] + E(PC) * c[i] + E(PP) * p[i];
                o[i] = E(MG) * g[i] + E(MC) * c[i] + E(MP) * p[i] + E(MM) * o[i];
                g[i] = E(GG) * g[i], c[i] = nc, p[i] = np;
            }
#undef E
        }
        if (w->mg[step] != 0) {
            const double *f = of_phase(w, w->dose_phase[step], F, at);
            const double *taken = w->doubt[step] < 0 ? NULL : w->taken + w->doubt[step] * w->people + at;
            for (int i = 0; i < n; i++) {
                v8 mg = load(f + i * W) * w->mg[step];
                g[i] += taken ? mg * load(taken + i * W) : mg;
            }
        }
        if (w->row[step] >= 0) {
            sample = step;
            for (int i = 0; i < n; i++) {
                low_c[i] = least(low_c[i], c[i]), high_c[i] = most(high_c[i], c[i]);
                low_o[i] = least(low_o[i], o[i]), high_o[i] = most(high_o[i], o[i]);
            }
        }
    }
    for (int i = 0; i < n; i++) {
        keep(s + i * W, g[i]), keep(s + width + i * W, c[i]), keep(s + 2 * width + i * W, p[i]), keep(s + 3 * width + i * W, o[i]);
        if (sample < 0) continue;
        const double *scale = scales + w->sample_phase[sample] * 2 * width + i * W;
        int64_t place = w->row[sample] * w->row_stride + at + i * W, high = w->rows * w->row_stride;
        double *parent = w->parent + place, *metabolite = w->metabolite + place;
        v8 v = load(scale), u = load(scale + width);
        v8 low_p = low_c[i] * v, high_p = high_c[i] * v, low_m = low_o[i] * u, high_m = high_o[i] * u;
        if (!fresh) {
            low_p = least(load(parent), low_p), high_p = most(load(parent + high), high_p);
            low_m = least(load(metabolite), low_m), high_m = most(load(metabolite + high), high_m);
        }
        keep(parent, low_p), keep(parent + high, high_p), keep(metabolite, low_m), keep(metabolite + high, high_m);
    }
}

static void extremes(const Work *w, int64_t at, int64_t width, const double *table, const double *scales, double *s) {
    int64_t from = 0, to, row = -1;
    for (; from < w->steps; from = to) {
        int64_t first = -1;
        for (to = from; to < w->steps; to++) {
            if (w->row[to] < 0) continue;
            if (first < 0) first = to;
            if (w->row[to] != w->row[first] || w->sample_phase[to] != w->sample_phase[first]) break;
        }
        int fresh = first >= 0 && w->row[first] != row;
        int64_t j = 0;
        if (fresh) row = w->row[first];
        for (; j + 2 * W <= width; j += 2 * W) spanned(w, from, to, at + j, width, table + j * ENTRIES, scales + j, s + j, 2, fresh);
        if (j < width) spanned(w, from, to, at + j, width, table + j * ENTRIES, scales + j, s + j, 1, fresh);
    }
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
        if (w->mg[step] != 0) {
            double mg = *of_phase(w, w->dose_phase[step], F, 0) * w->mg[step];
            g += w->doubt[step] < 0 ? mg : mg * w->taken[w->doubt[step] * w->people];
        }
        if (w->row[step] >= 0) {
            const double *scale = scales + w->sample_phase[step] * 2 * W;
            w->parent[w->row[step] * w->row_stride] = c * scale[0];
            w->metabolite[w->row[step] * w->row_stride] = o * scale[W];
        }
    }
    s[0] = g, s[W] = c, s[2 * W] = p, s[3 * W] = o;
}

/* People `first` to `last` (multiples of eight). 0, or 1 when there is no memory for the scratch. */
int NAMED(serein_walk, VARIANT)(const Work *w, int64_t first, int64_t last) {
    int64_t block = w->block, matrices = w->intervals + w->products;
    double *scratch = NULL;
    if (posix_memalign((void **)&scratch, 64, (matrices * ENTRIES + 4 + w->phases * 2) * block * sizeof(double))) return 1;
    /* Streaming needs whole aligned lines, and pays only when the grid is larger than any cache. */
    int past = !w->extremes && w->rows * w->row_stride > (1 << 20) && w->row_stride % W == 0 && !((uintptr_t)w->parent % 64) &&
               !((uintptr_t)w->metabolite % 64);
    for (int64_t at = first; at < last; at += block) {
        int64_t width = last - at < block ? last - at : block;
        double *s = scratch + matrices * ENTRIES * block, *scales = s + 4 * block;
        tabled(w, at, width, scratch, scales);
        for (int c = 0; c < 4; c++) memcpy(s + c * width, w->state + c * w->people + at, width * sizeof(double));
        if (w->alone)
            alone(w, scratch, scales, s);
        else if (w->extremes)
            extremes(w, at, width, scratch, scales, s);
        else
            walked(w, at, width, scratch, scales, s, past);
        for (int c = 0; c < 4; c++) memcpy(w->state + c * w->people + at, s + c * width, width * sizeof(double));
    }
#if defined(__x86_64__)
    if (past) _mm_sfence();
#endif
    free(scratch);
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

int64_t serein_kernel_version(void) { return 3; }
#endif
