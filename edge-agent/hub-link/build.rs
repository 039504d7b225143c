//! Makes the messages from `proto/hub.proto`; needs no protoc.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=proto");
    let files = protox::compile(["proto/hub.proto"], ["proto"])?;
    prost_build::Config::new()
        .bytes(["."])
        // Field order is age order: first the epoch, then the counter.
        .type_attribute(".placard.hub.v1.Generation", "#[derive(PartialOrd, Ord)]")
        .compile_fds(files)?;
    Ok(())
}
