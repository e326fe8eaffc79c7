//! Pictures made anew from their points: what a camera wrote beside them, and all that could hide in a file, stays behind.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use operations::contacts::FileKind;

/// Points on a side, and bytes that one takes in memory, at most.
const MOST_SIDE: u32 = 16_000;
const MOST_MEMORY: u64 = 400 << 20;
/// Quality of a photograph: what is written small on a paper can be read.
const QUALITY: u8 = 88;

/// A picture made anew, the right way up; none: it is damaged, or larger than any camera makes one.
pub fn anew(kind: FileKind, bytes: &[u8]) -> Option<Vec<u8>> {
    let format = match kind {
        FileKind::Jpeg => ImageFormat::Jpeg,
        FileKind::Png => ImageFormat::Png,
        FileKind::Webp => ImageFormat::WebP,
        FileKind::Pdf => return None,
    };
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MOST_SIDE), Some(MOST_SIDE));
    limits.max_alloc = Some(MOST_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let turned = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    if let Some(turned) = turned {
        picture.apply_orientation(turned);
    }
    let mut made = Cursor::new(Vec::new());
    match kind {
        FileKind::Jpeg => {
            picture.into_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut made, QUALITY)).ok()?
        }
        FileKind::Webp => picture.into_rgba8().write_with_encoder(WebPEncoder::new_lossless(&mut made)).ok()?,
        _ => picture.write_to(&mut made, ImageFormat::Png).ok()?,
    }
    Some(made.into_inner())
}

/// A paper as it came, if it has an end; it is never opened here.
pub fn paper(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let tail = &bytes[bytes.len().saturating_sub(1024)..];
    tail.windows(5).any(|it| it == b"%%EOF").then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(side: u32) -> Vec<u8> {
        let mut made = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(side, 2).write_to(&mut made, ImageFormat::Png).expect("a picture");
        made.into_inner()
    }

    #[test]
    fn a_picture_is_made_anew_and_nothing_beside_its_points_is_left() {
        // A picture with a page of another kind behind its end is a picture.
        let mut polyglot = png(3);
        polyglot.extend_from_slice(b"<script>alert(1)</script>");
        let made = anew(FileKind::Png, &polyglot).expect("a picture");
        assert!(!made.windows(7).any(|it| it == b"<script"), "what hid in it is gone");
        assert_eq!(image::load_from_memory(&made).map(|it| (it.width(), it.height())).ok(), Some((3, 2)));
        // A photograph says where it was taken, and which way up it is.
        let mut jpeg = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(4, 2).write_to(&mut jpeg, ImageFormat::Jpeg).expect("a picture");
        let jpeg = jpeg.into_inner();
        let exif: &[u8] = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0GPS 60.17N";
        let length = u16::try_from(exif.len() + 2).expect("short").to_be_bytes();
        let with_exif = [&jpeg[..2], &[0xff, 0xe1], &length, exif, &jpeg[2..]].concat();
        let made = anew(FileKind::Jpeg, &with_exif).expect("a picture");
        assert!(!made.windows(3).any(|it| it == b"GPS"), "the place is gone");
        assert_eq!(
            image::load_from_memory(&made).map(|it| (it.width(), it.height())).ok(),
            Some((2, 4)),
            "it stands upright"
        );
    }

    #[test]
    fn what_is_damaged_or_beyond_all_measure_is_none() {
        let whole = png(3);
        assert!(anew(FileKind::Png, &whole[..whole.len() / 2]).is_none());
        assert!(anew(FileKind::Jpeg, &whole).is_none(), "it is another kind than it says");
        assert!(anew(FileKind::Png, &png(MOST_SIDE + 1)).is_none());
        assert!(anew(FileKind::Webp, b"RIFF\0\0\0\0WEBPVP8 ").is_none());
        assert!(paper(b"%PDF-1.7\n%%EOF\n".to_vec()).is_some() && paper(b"%PDF-1.7\n".to_vec()).is_none());
    }
}
