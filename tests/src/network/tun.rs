//! A network device whose packets a program reads and writes.

use std::fs::File;
use std::io;

use rustix::ioctl::{Opcode, Setter, ioctl};

/// `TUNSETIFF`: makes the open file the other end of a device.
const SET_DEVICE: Opcode = 0x4004_54ca;
/// IP packets (`IFF_TUN`) with nothing in front of them (`IFF_NO_PI`).
const FLAGS: i16 = 0x1001;
const NAME_BYTES: usize = 16;

/// The kernel's `struct ifreq`, as far as this request uses it.
#[repr(C)]
struct Request {
    name: [u8; NAME_BYTES],
    flags: i16,
    rest: [u8; 22],
}

/// Makes the device `name`; it lives as long as the file.
///
/// # Errors
///
/// Fails when the name is too long, or this user may not.
pub fn open(name: &str) -> io::Result<File> {
    let mut request = Request {
        name: [0; NAME_BYTES],
        flags: FLAGS,
        rest: [0; 22],
    };
    // The last byte stays 0: the kernel's names end in one.
    let room = request.name[..NAME_BYTES - 1].get_mut(..name.len());
    room.ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            "a device's name has at most 15 bytes",
        )
    })?
    .copy_from_slice(name.as_bytes());
    let file = File::options()
        .read(true)
        .write(true)
        .open("/dev/net/tun")?;
    #[expect(unsafe_code, reason = "no safe call makes a TUN device")]
    // SAFETY: the kernel reads a `struct ifreq`, which `Request` is by layout and size, and keeps no pointer to it.
    unsafe {
        ioctl(&file, Setter::<SET_DEVICE, Request>::new(request))?;
    }
    Ok(file)
}
