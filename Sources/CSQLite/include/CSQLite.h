#ifndef QCTL_CSQLITE_H
#define QCTL_CSQLITE_H
#include <sqlite3.h>
#endif
