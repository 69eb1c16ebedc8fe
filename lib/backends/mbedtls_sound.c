/* SPDX-License-Identifier: Apache-2.0 */
/* Known ways in which an RSA modulus is weak although it has the right size. */
#include "backends/mbedtls.h"

#define SMALL 2000    /* factors below this are looked for */
#define ROCA_LAST 167 /* the largest prime whose remainder shows the pattern */
#define FERMAT_STEPS 100
#define MODULUS_MAX 512 /* octets of RSA 4096 */

static void find_primes(bool prime[SMALL])
{
    for (uint32_t i = 0; i < SMALL; i++)
        prime[i] = i >= 2;
    for (uint32_t i = 2; i * i < SMALL; i++) {
        for (uint32_t multiple = i * i; prime[i] && multiple < SMALL; multiple += i)
            prime[multiple] = false;
    }
}

/* `number` is big-endian, a multiple of four octets. */
static uint32_t remainder_by(const uint8_t *number, size_t len, uint32_t divisor)
{
    uint64_t rest = 0;
    for (size_t i = 0; i < len; i += 4) {
        uint32_t word =
            (uint32_t)number[i] << 24 | (uint32_t)number[i + 1] << 16 | (uint32_t)number[i + 2] << 8 | number[i + 3];
        rest = (rest << 32 | word) % divisor;
    }
    return (uint32_t)rest;
}

/* The remainder by each prime. One long division serves as many primes as fit in 32 bits together. */
static void find_remainders(const uint8_t *number, size_t len, const bool prime[SMALL], uint32_t remainder[SMALL])
{
    uint32_t first = 2;
    while (first < SMALL) {
        uint32_t product = 1;
        uint32_t end = first;
        for (; end < SMALL && product <= UINT32_MAX / SMALL; end++) {
            if (prime[end])
                product *= end;
        }
        uint32_t rest = remainder_by(number, len, product);
        for (; first < end; first++)
            remainder[first] = rest % first;
    }
}

static bool has_small_factor(const bool prime[SMALL], const uint32_t remainder[SMALL])
{
    for (uint32_t p = 2; p < SMALL; p++) {
        if (prime[p] && remainder[p] == 0)
            return true;
    }
    return false;
}

static bool is_power_of_65537(uint32_t number, uint32_t prime)
{
    uint32_t power = 1;
    do {
        if (power == number)
            return true;
        power = power * (65537 % prime) % prime;
    } while (power != 1);
    return false;
}

/* CVE-2017-15361: both primes, and so the modulus, are powers of 65537 modulo each small prime. */
static bool has_roca_pattern(const bool prime[SMALL], const uint32_t remainder[SMALL])
{
    for (uint32_t p = 3; p <= ROCA_LAST; p++) {
        if (prime[p] && !is_power_of_65537(remainder[p], p))
            return false;
    }
    return true;
}

/* Newton's method from above: the first step that does not fall is past the root. */
static int square_root(const mbedtls_mpi *number, mbedtls_mpi *root)
{
    int ret = 0;
    mbedtls_mpi next;
    mbedtls_mpi_init(&next);
    MBEDTLS_MPI_CHK(mbedtls_mpi_lset(&next, 1));
    MBEDTLS_MPI_CHK(mbedtls_mpi_shift_l(&next, (mbedtls_mpi_bitlen(number) + 1) / 2));
    do {
        MBEDTLS_MPI_CHK(mbedtls_mpi_copy(root, &next));
        MBEDTLS_MPI_CHK(mbedtls_mpi_div_mpi(&next, NULL, number, root));
        MBEDTLS_MPI_CHK(mbedtls_mpi_add_mpi(&next, &next, root));
        MBEDTLS_MPI_CHK(mbedtls_mpi_shift_r(&next, 1));
    } while (mbedtls_mpi_cmp_mpi(&next, root) < 0);
cleanup:
    mbedtls_mpi_free(&next);
    return ret;
}

/* Can a square leave this remainder? It rules out most that are none, without their root. */
static bool may_be_square(mbedtls_mpi_uint remainder, mbedtls_mpi_uint divisor)
{
    for (mbedtls_mpi_uint i = 0; i <= divisor / 2; i++) {
        if (i * i % divisor == remainder)
            return true;
    }
    return false;
}

static int is_square(const mbedtls_mpi *number, bool *out)
{
    static const mbedtls_mpi_sint divisors[] = {64, 63, 65, 11, 17, 19, 23};
    int ret = 0;
    mbedtls_mpi root;
    mbedtls_mpi_init(&root);
    *out = mbedtls_mpi_cmp_int(number, 0) == 0;
    if (*out)
        goto cleanup;
    for (size_t i = 0; i < sizeof divisors / sizeof divisors[0]; i++) {
        mbedtls_mpi_uint rest;
        MBEDTLS_MPI_CHK(mbedtls_mpi_mod_int(&rest, number, divisors[i]));
        if (!may_be_square(rest, (mbedtls_mpi_uint)divisors[i]))
            goto cleanup;
    }
    MBEDTLS_MPI_CHK(square_root(number, &root));
    MBEDTLS_MPI_CHK(mbedtls_mpi_mul_mpi(&root, &root, &root));
    *out = mbedtls_mpi_cmp_mpi(&root, number) == 0;
cleanup:
    mbedtls_mpi_free(&root);
    return ret;
}

/* Fermat's method: n = a² − b² with a just above the root of n. */
static int has_close_primes(const mbedtls_mpi *modulus, bool *out)
{
    int ret = 0;
    mbedtls_mpi a, b_squared;
    mbedtls_mpi_init(&a);
    mbedtls_mpi_init(&b_squared);
    *out = false;
    MBEDTLS_MPI_CHK(square_root(modulus, &a));
    MBEDTLS_MPI_CHK(mbedtls_mpi_mul_mpi(&b_squared, &a, &a));
    *out = mbedtls_mpi_cmp_mpi(&b_squared, modulus) == 0;
    MBEDTLS_MPI_CHK(mbedtls_mpi_sub_mpi(&b_squared, &b_squared, modulus));
    for (int step = 0; step < FERMAT_STEPS && !*out; step++) {
        /* (a + 1)² = a² + a + (a + 1) */
        MBEDTLS_MPI_CHK(mbedtls_mpi_add_mpi(&b_squared, &b_squared, &a));
        MBEDTLS_MPI_CHK(mbedtls_mpi_add_int(&a, &a, 1));
        MBEDTLS_MPI_CHK(mbedtls_mpi_add_mpi(&b_squared, &b_squared, &a));
        MBEDTLS_MPI_CHK(is_square(&b_squared, out));
    }
cleanup:
    mbedtls_mpi_free(&a);
    mbedtls_mpi_free(&b_squared);
    return ret;
}

int certlife__mbedtls_modulus_sound(const mbedtls_mpi *modulus, bool *sound_out)
{
    uint8_t number[MODULUS_MAX];
    if (mbedtls_mpi_size(modulus) > sizeof number) {
        *sound_out = false;
        return 0;
    }
    int rc = mbedtls_mpi_write_binary(modulus, number, sizeof number);
    if (rc != 0)
        return rc;
    bool prime[SMALL];
    uint32_t remainder[SMALL];
    size_t len = (mbedtls_mpi_size(modulus) + 3) / 4 * 4;
    find_primes(prime);
    find_remainders(number + sizeof number - len, len, prime, remainder);
    if (has_small_factor(prime, remainder) || has_roca_pattern(prime, remainder)) {
        *sound_out = false;
        return 0;
    }
    bool close_primes;
    rc = has_close_primes(modulus, &close_primes);
    if (rc != 0)
        return rc;
    *sound_out = !close_primes;
    return 0;
}
