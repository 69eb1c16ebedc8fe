/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd.h"

#include <pthread.h>

#include "folder.h"

struct thread {
    pthread_t id;
    pthread_barrier_t *start;
    void (*work)(struct member *me);
    struct member *me;
};

static void *run(void *argument)
{
    struct thread *thread = argument;
    pthread_barrier_wait(thread->start);
    thread->work(thread->me);
    return NULL;
}

void crowd_runs(struct world *w, void *shared, void (*work)(struct member *me), struct member found[CROWD])
{
    struct thread threads[CROWD];
    pthread_barrier_t start;
    assert_int_equal(pthread_barrier_init(&start, NULL, CROWD), 0);
    for (int i = 0; i < CROWD; i++) {
        found[i] = (struct member){.index = i, .w = w, .shared = shared, .decision = certlife_decision_new()};
        threads[i] = (struct thread){.start = &start, .work = work, .me = &found[i]};
        assert_non_null(found[i].decision);
        assert_int_equal(pthread_create(&threads[i].id, NULL, run, &threads[i]), 0);
    }
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(pthread_join(threads[i].id, NULL), 0);
    pthread_barrier_destroy(&start);
    for (int i = 0; i < CROWD; i++) {
        if (found[i].err != NULL)
            fail_msg("thread %d: %s", i, certlife_error_message(found[i].err));
        certlife_decision_free(found[i].decision);
        found[i].decision = NULL;
    }
}

int note(struct member *me, int rc)
{
    me->rc = rc;
    me->code = rc >= 0 ? certlife_decision_code(me->decision) : CERTLIFE_CODE_UNKNOWN;
    me->allowed += rc == CERTLIFE_ALLOWED;
    me->refused += rc == CERTLIFE_REFUSED;
    return rc;
}

certlife_actor staff(void)
{
    certlife_actor a = CERTLIFE_ACTOR_INIT;
    a.kind = CERTLIFE_ACTOR_BRANCH;
    a.staff = "yamada";
    a.application = "2026-0417";
    return a;
}

certlife_actor person(const char *user)
{
    certlife_actor a = CERTLIFE_ACTOR_INIT;
    a.kind = CERTLIFE_ACTOR_USER;
    a.contract = COMPANY;
    a.user = user;
    a.login_password = 1;
    return a;
}

certlife_actor person_with(const char *user, const uint8_t *certificate, size_t len)
{
    certlife_actor a = person(user);
    a.certificate = certificate;
    a.certificate_len = len;
    return a;
}

certlife_request asked_with(int index)
{
    certlife_request request = CERTLIFE_REQUEST_INIT;
    request.pkcs10 = (const uint8_t *)request_pem(index);
    request.pkcs10_len = strlen((const char *)request.pkcs10);
    request.medium = CERTLIFE_MEDIUM_PC;
    request.channel = "edge/app";
    return request;
}

struct lmdb_world lmdb_world_new(const char *profile)
{
    struct lmdb_world lw;
    struct world_parts parts = {0};
    certlife_error *err = NULL;
    assert_true(folder_make(lw.folder, sizeof lw.folder));
    int rc = certlife_store_open_lmdb(lw.folder, NULL, &parts.store, &err);
    if (rc == 0)
        rc = certlife_profile_new(profile, &parts.profile, &err);
    if (rc < 0)
        fail_msg("%s", certlife_error_message(err));
    lw.w = world_with(parts);
    return lw;
}

void lmdb_world_free(struct lmdb_world *lw)
{
    world_free(lw->w);
    folder_remove(lw->folder);
}
