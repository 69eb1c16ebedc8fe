/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certlife.h – the life of client certificates: the whole of libcertlife, in reading order
 *
 *     #include <certlife.h>
 *     ...
 *     printf("%s\n", certlife_build_info());
 *
 * A host program opens an institution, registers contracts and users, and asks for acts; every answer explains itself.
 * The headers in certlife/sys, which certlife/institution.h includes, are for opening the parts (store, crypto, issuer,
 * clock) and for bringing your own.
 */
#ifndef CERTLIFE_H
#define CERTLIFE_H

#include <certlife/version.h>
#include <certlife/error.h>
#include <certlife/decision.h>
#include <certlife/profile.h>
#include <certlife/institution.h>
#include <certlife/contract.h>
#include <certlife/user.h>
#include <certlife/certificate.h>
#include <certlife/request.h>
#include <certlife/obtain.h>
#include <certlife/renew.h>
#include <certlife/reissue.h>
#include <certlife/revoke.h>
#include <certlife/login.h>
#include <certlife/notice.h>

#endif
