// node unpack.mjs FROM TO [FROM TO ...]: undo brotli, file by file.
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const files = process.argv.slice(2);
for (let at = 0; at + 1 < files.length; at += 2) {
  await pipeline(createReadStream(files[at]), createBrotliDecompress(), createWriteStream(files[at + 1]));
}
