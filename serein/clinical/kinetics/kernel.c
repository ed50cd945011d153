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
    int64_t people, phases, intervals, products, steps, row_stride, block, extremes;
    const double *rates;         /* [phase][6][person]: ka k10 k12 k21 kf km */
    const double *bioavailable;  /* [phase][person] */
    const double *scale;         /* [phase][2][person]: 1000/V1, 1000/Vm */
    const double *hours;         /* [interval] */
    const int32_t *phase_of;     /* [interval] */
    const int32_t *product;      /* [product][2]: matrix intervals+i is the one times the other */
    const int32_t *matrix;       /* [step], -1: no time passes */
    const double *mg;            /* [step] enters the gut after the move */
    const int32_t *dose_phase;   /* [step] */
    const int32_t *row;          /* [step], -1: not sampled; with `extremes` the row (a day) that takes the highest and lowest */
    const int32_t *sample_phase; /* [step] */
    const int32_t *doubt;        /* [step], -1: surely taken; else the row of `taken` */
    const double *taken;         /* [doubt][person], 1 or 0 */
    double *state;               /* [4][person], in and out */
    double *parent, *metabolite; /* [row][row_stride]; with `extremes` [2][rows][row_stride]: lowest, then highest */
    int64_t rows;
} Work;

static inline v8 load(const double *from) { return *(const v8 *)from; }
static inline void keep(double *to, v8 what) { *(v8 *)to = what; }

static inline v8 chosen(m8 which, v8 yes, v8 no) { return (v8)((which & (m8)yes) | (~which & (m8)no)); }

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
        product(b, phi, next);
        for (int e = 0; e < ENTRIES; e++) phi[e] = next[e] / (double)k;
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

static void tabled(const Work *w, int64_t at, int64_t width, double *table) {
    for (int64_t j = 0; j < width; j += W) {
        for (int64_t k = 0; k < w->intervals; k++) {
            v8 r[6], phi[ENTRIES];
            for (int e = 0; e < 6; e++) r[e] = load(w->rates + (w->phase_of[k] * 6 + e) * w->people + at + j);
            propagator(r, w->hours[k], phi);
            for (int e = 0; e < ENTRIES; e++) keep(table + (k * ENTRIES + e) * width + j, phi[e]);
        }
        for (int64_t k = 0; k < w->products; k++) {
            v8 x[ENTRIES], y[ENTRIES], z[ENTRIES];
            for (int e = 0; e < ENTRIES; e++) {
                x[e] = load(table + ((int64_t)w->product[2 * k] * ENTRIES + e) * width + j);
                y[e] = load(table + ((int64_t)w->product[2 * k + 1] * ENTRIES + e) * width + j);
            }
            product(x, y, z);
            for (int e = 0; e < ENTRIES; e++) keep(table + ((w->intervals + k) * ENTRIES + e) * width + j, z[e]);
        }
    }
}

static inline void moved(const double *m, int64_t width, double *s, int64_t j) {
    v8 g = load(s + j), c = load(s + width + j), p = load(s + 2 * width + j), n = load(s + 3 * width + j);
#define E(e) load(m + (e) * width + j)
    keep(s + j, E(GG) * g);
    keep(s + width + j, E(CG) * g + E(CC) * c + E(CP) * p);
    keep(s + 2 * width + j, E(PG) * g + E(PC) * c + E(PP) * p);
    keep(s + 3 * width + j, E(MG) * g + E(MC) * c + E(MP) * p + E(MM) * n);
#undef E
}

static void sampled(const Work *w, int64_t step, int64_t at, int64_t width, const double *s, int past) {
    const double *scale = w->scale + w->sample_phase[step] * 2 * w->people + at;
    int64_t place = w->row[step] * w->row_stride + at, high = w->rows * w->row_stride;
    for (int64_t j = 0; j < width; j += W) {
        v8 p = load(s + width + j) * load(scale + j), n = load(s + 3 * width + j) * load(scale + w->people + j);
        double *parent = w->parent + place + j, *metabolite = w->metabolite + place + j;
        if (w->extremes) {
            v8 a = load(parent), b = load(parent + high), c = load(metabolite), d = load(metabolite + high);
            keep(parent, chosen(p < a, p, a));
            keep(parent + high, chosen(p > b, p, b));
            keep(metabolite, chosen(n < c, n, c));
            keep(metabolite + high, chosen(n > d, n, d));
        } else if (past) {
            stream(parent, p);
            stream(metabolite, n);
        } else {
            keep(parent, p);
            keep(metabolite, n);
        }
    }
}

static void walked(const Work *w, int64_t at, int64_t width, double *table, double *s, int past) {
    for (int64_t step = 0; step < w->steps; step++) {
        if (w->matrix[step] >= 0) {
            const double *m = table + (int64_t)w->matrix[step] * ENTRIES * width;
            for (int64_t j = 0; j < width; j += W) moved(m, width, s, j);
        }
        if (w->mg[step] != 0) {
            const double *f = w->bioavailable + w->dose_phase[step] * w->people + at;
            const double *taken = w->doubt[step] < 0 ? NULL : w->taken + w->doubt[step] * w->people + at;
            for (int64_t j = 0; j < width; j += W) {
                v8 mg = load(f + j) * w->mg[step];
                keep(s + j, load(s + j) + (taken ? mg * load(taken + j) : mg));
            }
        }
        if (w->row[step] >= 0) sampled(w, step, at, width, s, past);
    }
}

/* People `first` to `last` (multiples of eight). 0, or 1 when there is no memory for the scratch. */
int NAMED(serein_walk, VARIANT)(const Work *w, int64_t first, int64_t last) {
    int64_t block = w->block, matrices = w->intervals + w->products;
    double *scratch = NULL;
    if (posix_memalign((void **)&scratch, 64, (matrices * ENTRIES + 4) * block * sizeof(double))) return 1;
    /* Streaming needs whole aligned lines, and pays only when the grid is larger than any cache. */
    int past = !w->extremes && w->rows * w->row_stride > (1 << 20) && w->row_stride % W == 0 && !((uintptr_t)w->parent % 64) &&
               !((uintptr_t)w->metabolite % 64);
    for (int64_t at = first; at < last; at += block) {
        int64_t width = last - at < block ? last - at : block;
        double *s = scratch + matrices * ENTRIES * block;
        tabled(w, at, width, scratch);
        for (int c = 0; c < 4; c++) memcpy(s + c * width, w->state + c * w->people + at, width * sizeof(double));
        walked(w, at, width, scratch, s, past);
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

int64_t serein_kernel_version(void) { return 2; }
#endif
