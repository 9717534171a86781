//! Thumbnails: made when first asked for, kept beside their pictures.

use crate::{Ctx, Result};
use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, ImageResult, Limits,
};
use rapport_domain::message::Look;
use rapport_domain::{AppError, AttachmentId, Permission};
use std::io::Cursor;
use tokio::sync::Semaphore;

/// Pixels of a thumbnail: twice what the page shows, for dense screens.
const WIDTH: u32 = 480;
const HEIGHT: u32 = 360;
const JPEG_QUALITY: u8 = 80;
/// What a picture may have before it is read: a small file can unfold to gigabytes.
const SIDE_MAX: u32 = 16_384;
const PIXELS_MAX: u64 = 40_000_000;
const MEMORY_MAX: u64 = 256 * 1024 * 1024;

/// Pictures that are read at once, each with its memory.
static MAKING: Semaphore = Semaphore::const_new(2);

/// A small picture of a picture: PNG where it is transparent, else JPEG. `NotFound` when the
/// file is none, is broken, or would take too much memory.
pub async fn thumbnail(ctx: &Ctx, id: AttachmentId) -> Result<(&'static str, Bytes)> {
    ctx.require(Permission::TicketsRead)?;
    let row = ctx.store.attachment(ctx.workspace, id, ctx.user()).await?;
    if super::shown(&row).look() != Look::Picture {
        return Err(AppError::NotFound);
    }
    if let Some(made) = ctx.store.files().thumb(ctx.workspace, id).await? {
        return answer(made);
    }
    let bytes = ctx.store.file_bytes(ctx.workspace, &row).await?;
    // Nothing at all stands for a picture that cannot be read: it is not tried again.
    let made = match decode(bytes, small).await? {
        Ok(made) => Bytes::from(made),
        Err(unfit) => {
            tracing::info!(file = %id, ?unfit, "no thumbnail");
            Bytes::new()
        }
    };
    ctx.store.files().put_thumb(ctx.workspace, id, made.clone()).await?;
    answer(made)
}

fn answer(made: Bytes) -> Result<(&'static str, Bytes)> {
    match made.first() {
        None => Err(AppError::NotFound),
        Some(0xff) => Ok(("image/jpeg", made)),
        Some(_) => Ok(("image/png", made)),
    }
}

/// Why nothing can be made of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    TooLarge,
    NoPicture,
}

/// Reads a picture within bounds, upright, and makes something of it, off the async threads.
pub(crate) async fn decode(
    bytes: Bytes,
    make: fn(&DynamicImage) -> ImageResult<Vec<u8>>,
) -> Result<std::result::Result<Vec<u8>, Unfit>> {
    let _permit = MAKING.acquire().await.map_err(|_| AppError::Unavailable)?;
    let made = tokio::task::spawn_blocking(move || read(&bytes).and_then(|p| make(&p))).await;
    Ok(match made {
        Ok(Ok(made)) => Ok(made),
        Ok(Err(ImageError::Limits(_))) => Err(Unfit::TooLarge),
        Ok(Err(error)) => {
            tracing::info!(%error, "a picture cannot be read");
            Err(Unfit::NoPicture)
        }
        Err(error) => {
            tracing::error!(%error, "reading a picture failed");
            Err(Unfit::NoPicture)
        }
    })
}

fn read(bytes: &[u8]) -> ImageResult<DynamicImage> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(MEMORY_MAX);
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        let why = image::error::LimitErrorKind::DimensionError;
        return Err(ImageError::Limits(image::error::LimitError::from_kind(why)));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn small(picture: &DynamicImage) -> ImageResult<Vec<u8>> {
    // Never larger than it is: an icon stays an icon.
    let fits = picture.width() <= WIDTH && picture.height() <= HEIGHT;
    let smaller = (!fits).then(|| picture.thumbnail(WIDTH, HEIGHT));
    let picture = smaller.as_ref().unwrap_or(picture);
    let mut made = Vec::new();
    if picture.color().has_alpha() {
        picture.to_rgba8().write_to(&mut Cursor::new(&mut made), ImageFormat::Png)?;
    } else {
        let encoder = JpegEncoder::new_with_quality(&mut made, JPEG_QUALITY);
        picture.to_rgb8().write_with_encoder(encoder)?;
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage, Rgba, RgbaImage};

    fn make(bytes: &[u8]) -> ImageResult<Vec<u8>> {
        read(bytes).and_then(|picture| small(&picture))
    }

    fn png(picture: &DynamicImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        bytes
    }

    #[test]
    fn a_picture_becomes_small() {
        let photo = DynamicImage::from(RgbImage::from_pixel(1_200, 300, Rgb([200, 0, 0])));
        let made = image::load_from_memory(&make(&png(&photo)).unwrap()).unwrap();
        assert_eq!((made.width(), made.height()), (480, 120));
        let icon = DynamicImage::from(RgbaImage::from_pixel(16, 16, Rgba([0, 0, 0, 0])));
        let made = make(&png(&icon)).unwrap();
        assert!(made.starts_with(b"\x89PNG"));
        assert_eq!(image::load_from_memory(&made).unwrap().width(), 16);
    }

    #[test]
    fn what_would_unfold_to_too_much_is_refused() {
        // Says that it is 60,000 by 60,000 in a few bytes.
        let mut bomb = png(&DynamicImage::from(RgbImage::new(1, 1)));
        bomb[16..20].copy_from_slice(&60_000u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&60_000u32.to_be_bytes());
        let crc = crc(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&crc.to_be_bytes());
        assert!(matches!(make(&bomb), Err(ImageError::Limits(_))), "{:?}", make(&bomb).err());
        // 9,000 by 9,000 of one colour is 30 KB as a file, and 240 MB in memory.
        let plain = DynamicImage::from(image::GrayImage::new(9_000, 9_000));
        assert!(matches!(make(&png(&plain)), Err(ImageError::Limits(_))));
        for broken in [&b"\x89PNG\r\n\x1a\n"[..], b"GIF89a", b"", b"\xff\xd8\xff"] {
            assert!(make(broken).is_err());
        }
    }

    /// The checksum of a PNG's chunk.
    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |c, _| {
                (c >> 1) ^ (0xedb8_8320 & (c & 1).wrapping_neg())
            })
        })
    }
}
