/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

/* After an authorisation the user obtains with user ID and login password; no certificate is needed for it. */
static void test_r_obt_1_with_id_and_password(void **state)
{
    (void)state;
    struct world *w = world_new("webfb");
    has_user(w, "keir002");
    assert_status(w, "keir002", CERTLIFE_STATUS_AWAITING);
    without_certificate(w);
    assert_allowed(w, obtains(w, "keir002"));
    assert_status(w, "keir002", CERTLIFE_STATUS_OBTAINED);
    assert_allowed(w, confirms(w, "keir002"));
    assert_allowed(w, logs_in(w, "keir002"));
    at(w, "2027-03-01 23:59:59");
    assert_refused(w, renews(w, "keir002"), "R-REN-2", CERTLIFE_CODE_RENEWAL_NOT_OPEN, CERTLIFE_WAY_WAIT);
    at(w, "2027-03-02 00:00:00");
    assert_allowed(w, renews(w, "keir002"));
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_r_obt_1_with_id_and_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
