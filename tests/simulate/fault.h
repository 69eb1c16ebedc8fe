/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults that can be planted, to see that they are found: in the host program that uses the library, in the parts that the
 * library stands on, and in what the library is told. The model goes on believing that all is well.
 */
#ifndef CERTLIFE_SIMULATE_FAULT_H
#define CERTLIFE_SIMULATE_FAULT_H

/* X(NAME, name, what) */
#define FAULTS(X)                                                                                                      \
    X(MARK_BEFORE_DELIVER, "mark-before-deliver", "workers say done before they deliver, and sometimes die between")   \
    X(SWALLOWED_MAIL, "swallowed-mail", "the mail server says it took a message, and loses it")                        \
    X(UNTOLD_CONFIRM, "untold-confirm", "the library is not told of some confirmed renewals")                          \
    X(UNTOLD_REVOKE, "untold-revoke", "the library is not told of some revocations")                                   \
    X(LOST_CLAIM, "lost-claim", "the store says that it committed a claim, and now and then has not")                  \
    X(LOST_DONE, "lost-done", "the store says that it committed what was done, and now and then has not")              \
    X(FAST_CLOCK, "fast-clock", "the library's clock is a second ahead")                                               \
    X(SLOW_CLOCK, "slow-clock", "the library's clock is a second behind")                                              \
    X(EARLY_THRESHOLD, "early-threshold", "the library's thresholds are a day too early")                              \
    X(LONG_HOURS, "long-hours", "the library's sending hours end a minute late")                                       \
    X(SUNDAYS, "sundays", "the library sends every day, also where the profile does not")                              \
    X(OLD_ADDRESS, "old-address", "the library is not told of some new addresses")

enum fault {
    NO_FAULT,
#define FAULT_ENUM(NAME, name, what) FAULT_##NAME,
    FAULTS(FAULT_ENUM)
#undef FAULT_ENUM
};

#endif
