/* The version, in one place. The build may set it. */
#ifndef CONNSYNC_CORE_BASE_VERSION_H
#define CONNSYNC_CORE_BASE_VERSION_H

#ifndef CONNSYNC_VERSION
#define CONNSYNC_VERSION "0.1.0"
#endif

#endif
