//go:build turbojpeg

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "turbo.h"

#ifndef LIBJPEG_TURBO_VERSION
#error "jpeglib.h is not libjpeg-turbo's: install it (Debian and Ubuntu: libjpeg-dev) or build without -tags turbojpeg"
#endif

#define STRING_OF(x) #x
#define STRING(x) STRING_OF(x)

const char *const turbo_version = STRING(LIBJPEG_TURBO_VERSION);

// Input is handed out in pieces so small that libjpeg-turbo decodes Huffman codes
// one by one (jdhuff.c, decode_mcu_slow): when it has 512 bytes a block at hand
// it takes a shortcut that lets invalid codes pass without a warning.
enum { piece = 256 };

struct decoder {
	struct jpeg_decompress_struct jpeg;
	struct jpeg_error_mgr errors;
	struct jpeg_source_mgr source;
	size_t left; // bytes of input after the present piece
	jmp_buf failed;
	struct turbo_result result;
};

_Static_assert(sizeof(((struct turbo_result *)0)->message) >= JMSG_LENGTH_MAX, "libjpeg's messages do not fit");

static void fail(j_common_ptr jpeg) {
	struct decoder *d = jpeg->client_data;
	d->result.status = turbo_corrupt;
	jpeg->err->format_message(jpeg, d->result.message);
	longjmp(d->failed, 1);
}

// warn makes an error of the warnings that mean damaged pixels, and passes those
// that image/jpeg and Pillow do not mind either.
static void warn(j_common_ptr jpeg, int level) {
	if (level >= 0) // a trace
		return;
	switch (jpeg->err->msg_code) {
	case JWRN_HIT_MARKER:
	case JWRN_HUFF_BAD_CODE:
	case JWRN_JPEG_EOF:
	case JWRN_MUST_RESYNC:
		fail(jpeg);
	}
}

static void ignore(j_decompress_ptr jpeg) { (void)jpeg; }

static boolean next_piece(j_decompress_ptr jpeg) {
	struct decoder *d = jpeg->client_data;
	if (d->left == 0)
		WARNMS(jpeg, JWRN_JPEG_EOF); // does not return
	size_t n = d->left < piece ? d->left : piece;
	jpeg->src->next_input_byte += jpeg->src->bytes_in_buffer;
	jpeg->src->bytes_in_buffer = n;
	d->left -= n;
	return TRUE;
}

static void skip(j_decompress_ptr jpeg, long n) {
	struct decoder *d = jpeg->client_data;
	if (n <= 0)
		return;
	if ((size_t)n > jpeg->src->bytes_in_buffer + d->left)
		WARNMS(jpeg, JWRN_JPEG_EOF); // does not return
	size_t here = (size_t)n < jpeg->src->bytes_in_buffer ? (size_t)n : jpeg->src->bytes_in_buffer;
	size_t beyond = (size_t)n - here;
	jpeg->src->next_input_byte += n;
	jpeg->src->bytes_in_buffer -= here;
	d->left -= beyond;
}

static void read_from(struct decoder *d, const unsigned char *data, size_t size) {
	d->source.next_input_byte = data;
	d->source.bytes_in_buffer = 0;
	d->left = size;
	d->source.init_source = ignore;
	d->source.fill_input_buffer = next_piece;
	d->source.skip_input_data = skip;
	d->source.resync_to_restart = jpeg_resync_to_restart;
	d->source.term_source = ignore;
	d->jpeg.src = &d->source;
}

// decode is turbo_decode with its state in d, which outlives a longjmp.
static void decode(struct decoder *d, const unsigned char *data, size_t size, unsigned char *pixels, unsigned width, unsigned height) {
	if (setjmp(d->failed))
		return;
	jpeg_create_decompress(&d->jpeg);
	read_from(d, data, size);
	jpeg_read_header(&d->jpeg, TRUE);
	switch (d->jpeg.jpeg_color_space) {
	case JCS_GRAYSCALE:
	case JCS_YCbCr:
	case JCS_RGB:
		break;
	default:
		d->result.status = turbo_declined;
		return;
	}
	d->jpeg.out_color_space = JCS_RGB;
	d->jpeg.dct_method = JDCT_ISLOW; // with fancy upsampling: Pillow's
	d->jpeg.do_fancy_upsampling = TRUE;
	jpeg_start_decompress(&d->jpeg);
	if (d->jpeg.output_width != width || d->jpeg.output_height != height) { // not what pixels has room for
		d->result.status = turbo_corrupt;
		strcpy(d->result.message, "the frame is not of the size in the header");
		return;
	}
	while (d->jpeg.output_scanline < height) {
		JSAMPROW row = pixels + (size_t)3 * width * d->jpeg.output_scanline;
		jpeg_read_scanlines(&d->jpeg, &row, 1);
	}
	jpeg_finish_decompress(&d->jpeg);
}

struct turbo_result turbo_decode(const unsigned char *data, size_t size, unsigned char *pixels, unsigned width, unsigned height) {
	struct decoder d;
	memset(&d, 0, sizeof d);
	d.jpeg.err = jpeg_std_error(&d.errors);
	d.errors.error_exit = fail;
	d.errors.emit_message = warn;
	d.jpeg.client_data = &d;
	decode(&d, data, size, pixels, width, height);
	jpeg_destroy_decompress(&d.jpeg);
	return d.result;
}
