//! Bodies in a content coding (RFC 9110 §8.4), all at once or made while they are sent.

use std::io::Write as _;

use actix_web::error::ErrorInternalServerError;
use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::{iter, unfold};
use tokio::task::{JoinHandle, spawn_blocking};

use super::negotiate::Coding;
use super::room;

/// Compression that costs about as much as the rest of an answer.
const GZIP_LEVEL: flate2::Compression = flate2::Compression::new(4);
const BROTLI_LEVEL: u32 = 4;

/// The window of Brotli, as a power of two, where a body is large and where all of it is at hand: a stream keeps its
/// window for as long as it is read.
const STREAM_WINDOW: u32 = 18;
const WINDOW: u32 = 22;

/// How many bytes are made at once on the thread that sends them: few enough to stay at hand until they are sent. The
/// buffer that they are sent from grows by doubling, and one of more than 128 KiB is let go each time (actix-http's
/// `WRITE_BUFFER_RETENTION_LIMIT`): so they are less than half of that, with what goes over too: an entry, or what is not long
/// enough to be sent as it stands.
const CHUNK: usize = 48 * 1024;

/// How many are made at once ahead of the thread that sends them: enough that little time goes by between two.
const AHEAD: usize = 256 * 1024;

/// What makes a body, part by part.
pub(super) trait Chunks: Send {
    /// What comes next, never nothing, and seldom much more than is asked for; `None` at the end.
    fn next(&mut self, wanted: usize) -> Option<Bytes>;
}

/// Codes a body that is at hand.
pub(super) fn coded(body: Vec<u8>, coding: Coding) -> Bytes {
    let Some(mut encoder) = Encoder::new(coding, WINDOW, body.len() / 4) else { return room::sent(body) };
    encoder.write(&body);
    room::give_back(body);
    encoder.finish().into()
}

/// Codes a body, part by part.
enum Encoder {
    Gzip(flate2::write::GzEncoder<Vec<u8>>),
    Brotli(Box<brotli::CompressorWriter<Vec<u8>>>),
}

impl Encoder {
    /// None where a body is sent as it is.
    fn new(coding: Coding, window: u32, capacity: usize) -> Option<Self> {
        let out = || Vec::with_capacity(capacity);
        match coding {
            Coding::Identity => None,
            Coding::Gzip => Some(Self::Gzip(flate2::write::GzEncoder::new(out(), GZIP_LEVEL))),
            Coding::Brotli => {
                let encoder = brotli::CompressorWriter::new(out(), 4_096, BROTLI_LEVEL, window);
                Some(Self::Brotli(Box::new(encoder)))
            }
        }
    }

    /// Codes some bytes.
    fn write(&mut self, part: &[u8]) {
        // Writing into memory does not fail.
        let _ = match self {
            Self::Gzip(encoder) => encoder.write_all(part),
            Self::Brotli(encoder) => encoder.write_all(part),
        };
    }

    /// What came of what was written since; it may be nothing yet.
    fn taken(&mut self) -> Vec<u8> {
        std::mem::take(match self {
            Self::Gzip(encoder) => encoder.get_mut(),
            Self::Brotli(encoder) => encoder.get_mut(),
        })
    }

    /// What is left to tell at the end.
    fn finish(self) -> Vec<u8> {
        match self {
            Self::Gzip(encoder) => encoder.finish().unwrap_or_default(),
            Self::Brotli(encoder) => encoder.into_inner(),
        }
    }
}

/// A body that is being made.
struct Making {
    chunks: Box<dyn Chunks>,
    encoder: Option<Encoder>,
}

/// What is made of a body at once: bytes, and what makes the rest.
type Made = (Bytes, Option<Making>);

impl Making {
    /// Makes the next bytes.
    fn next(mut self) -> Made {
        let mut read = 0;
        while let Some(part) = self.chunks.next(AHEAD) {
            let Some(encoder) = &mut self.encoder else { return (part, Some(self)) };
            encoder.write(&part);
            read += part.len();
            if read < AHEAD {
                continue;
            }
            let coded = encoder.taken();
            // An empty chunk would end the body (RFC 9112 §7.1).
            if !coded.is_empty() {
                return (coded.into(), Some(self));
            }
        }
        (self.encoder.map(Encoder::finish).unwrap_or_default().into(), None)
    }

    /// Makes them off the worker's thread: a slow reader holds no thread, and a quick one waits for none.
    fn begin(self) -> JoinHandle<Made> {
        spawn_blocking(move || self.next())
    }
}

/// Makes a body while it is sent, on the thread that sends it.
pub(super) fn stream_here(
    mut chunks: Box<dyn Chunks>,
) -> impl Stream<Item = Result<Bytes, actix_web::Error>> + 'static {
    iter(std::iter::from_fn(move || chunks.next(CHUNK).map(Ok)))
}

/// Makes a body while it is sent, one chunk ahead of the reader.
pub(super) fn stream(
    chunks: Box<dyn Chunks>,
    coding: Coding,
) -> impl Stream<Item = Result<Bytes, actix_web::Error>> + 'static {
    let making = Making { chunks, encoder: Encoder::new(coding, STREAM_WINDOW, CHUNK / 4) };
    unfold(Some(making.begin()), |begun| async {
        match begun?.await {
            Ok((bytes, _)) if bytes.is_empty() => None,
            Ok((bytes, rest)) => Some((Ok(bytes), rest.map(Making::begin))),
            // The connection is cut: whoever reads must not take a part for the whole. Only HTTP/1.0 cannot tell.
            Err(error) => {
                tracing::error!("a body could not be made to its end: {error}");
                Some((Err(ErrorInternalServerError("the body could not be made")), None))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;

    use super::*;

    /// So many letters, some at a time.
    struct Letters(usize);

    impl Chunks for Letters {
        fn next(&mut self, wanted: usize) -> Option<Bytes> {
            let some = wanted.min(self.0);
            self.0 -= some;
            (some > 0).then(|| {
                let mut out = room::take(some);
                out.resize(some, b'a');
                room::sent(out)
            })
        }
    }

    #[actix_web::test]
    async fn what_is_made_while_it_is_sent_is_all_there_and_its_room_is_used_again() {
        for length in [0, 1, CHUNK, CHUNK + 1, 5 * CHUNK] {
            room::give_back(room::take(2 * CHUNK));
            let free = room::free();
            let mut parts = std::pin::pin!(stream_here(Box::new(Letters(length))));
            let mut told = 0;
            while let Some(part) = parts.next().await {
                let part = part.expect("a part");
                assert!(!part.is_empty() && part.iter().all(|byte| *byte == b'a'));
                told += part.len();
            }
            assert_eq!((told, room::free()), (length, free), "{length}");
        }
    }
}
