#ifndef QCTL_CPOSIX_H
#define QCTL_CPOSIX_H
#endif
