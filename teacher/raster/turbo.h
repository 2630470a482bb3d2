//go:build turbojpeg

// What turbo.go sees of libjpeg-turbo.

#include <stddef.h>

enum { turbo_done, turbo_declined, turbo_corrupt };

struct turbo_result {
	int status;
	char message[200]; // of turbo_corrupt
};

// turbo_version is the release of the headers that this file was compiled with.
extern const char *const turbo_version;

// turbo_decode writes the JPEG in data to pixels as width*height*3 bytes of RGB.
// It declines what is neither grey, YCbCr nor RGB. It keeps no pointer.
struct turbo_result turbo_decode(const unsigned char *data, size_t size, unsigned char *pixels, unsigned width, unsigned height);
