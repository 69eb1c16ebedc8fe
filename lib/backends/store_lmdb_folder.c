/* SPDX-License-Identifier: Apache-2.0 */
/* The folder of an LMDB store: made if it is missing, refused where LMDB's locks and memory map cannot be trusted. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "backends/store_lmdb.h"
#include "base/error.h"

/* File systems that other machines share. The numbers are the kernel's; linux/magic.h does not have all of them. */
static const struct {
    uint32_t type;
    const char *name;
} shared_file_systems[] = {
    {0x00006969, "NFS"},
    {0x0000517b, "SMB"},
    {0xff534d42, "CIFS"},
    {0xfe534d42, "SMB2"},
    {0x00c36400, "Ceph"},
    {0x65735546, "FUSE"},
    {0x5346414f, "AFS"},
    {0x6b414653, "AFS"},
    {0x01021997, "9P"},
    {0x73757245, "Coda"},
    {0x0000564c, "NCP"},
    {0x01161970, "GFS2"},
    {0x7461636f, "OCFS2"},
    {0x0bd00bd0, "Lustre"},
    {0x47504653, "GPFS"},
    {0xaad7aaea, "PanFS"},
    {0x19830326, "BeeGFS"},
    {0x20030528, "OrangeFS"},
    {0x786f4256, "VirtualBox shared folder"},
    {0xbacbacbc, "VMware shared folder"},
    {0x7c7c6673, "Parallels shared folder"},
};

static const char *shared_by(const struct statfs *file_system)
{
    for (size_t i = 0; i < sizeof shared_file_systems / sizeof shared_file_systems[0]; i++) {
        if (shared_file_systems[i].type == (uint32_t)file_system->f_type)
            return shared_file_systems[i].name;
    }
    return NULL;
}

static int fail_folder(certlife_error **err, const char *path, const char *what, int number)
{
    int code = number == ENOSPC || number == EDQUOT ? CERTLIFE_E_STORE_FULL : CERTLIFE_E_STORE;
    return certlife__fail_backend(err, code, number, "lmdb", "store %s: %s: %s", path, what, strerror(number));
}

int certlife__lmdb_folder_prepare(const char *path, bool read_only, certlife_error **err)
{
    if (!read_only && mkdir(path, 0700) < 0 && errno != EEXIST)
        return fail_folder(err, path, "the folder cannot be made", errno);
    struct stat status;
    if (stat(path, &status) < 0)
        return fail_folder(err, path, "the folder cannot be opened", errno);
    if (!S_ISDIR(status.st_mode))
        return fail_folder(err, path, "this is no folder", ENOTDIR);
    struct statfs file_system;
    if (statfs(path, &file_system) < 0)
        return fail_folder(err, path, "its file system is unknown", errno);
    const char *shared = shared_by(&file_system);
    if (shared != NULL)
        return certlife__fail(err, CERTLIFE_E_INVALID, "store %s: it must be on a local file system: this is %s", path,
                              shared);
    return 0;
}

static int sync_names(const char *path, const char *suffix, certlife_error **err)
{
    char folder[4096];
    if (snprintf(folder, sizeof folder, "%s%s", path, suffix) >= (int)sizeof folder)
        return fail_folder(err, path, "its path is too long", ENAMETOOLONG);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Somebody else's parent folder may be closed to us: then it is for them to make durable. */
    if (fd < 0)
        return errno == EACCES ? 0 : fail_folder(err, path, "the folder cannot be opened", errno);
    int failed = fsync(fd) < 0 ? errno : 0;
    close(fd);
    return failed == 0 ? 0 : fail_folder(err, path, "the folder cannot be written to disk", failed);
}

int certlife__lmdb_folder_sync(const char *path, certlife_error **err)
{
    int rc = sync_names(path, "", err);
    return rc < 0 ? rc : sync_names(path, "/..", err);
}
