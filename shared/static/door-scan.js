// Reads QR codes from the camera; with a decoder of our own where the browser has none.

const PAUSE = 150; // milliseconds between two looks
const SAME = 4000; // milliseconds in which the same ticket counts as one

async function detector() {
  const formats = await globalThis.BarcodeDetector?.getSupportedFormats?.().catch(() => []);
  const { BarcodeDetector } = formats?.includes('qr_code') ? globalThis : await import('./qr-decode.js');
  return new BarcodeDetector({ formats: ['qr_code'] });
}

/** Shows the camera in `video` and calls `found` with each code; answers how to stop. */
export async function startScan(video, found) {
  const [reader, stream] = await Promise.all([
    detector(),
    navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } }),
  ]);
  video.srcObject = stream;
  video.hidden = false;
  await video.play();
  let going = true;
  let last = { text: '', at: 0 };
  const look = async () => {
    if (!going) return;
    const codes = await reader.detect(video).catch(() => []);
    for (const { rawValue: text } of going ? codes : []) {
      const now = performance.now();
      if (text !== last.text || now - last.at > SAME) await found(text);
      last = { text, at: performance.now() };
    }
    setTimeout(look, PAUSE);
  };
  look();
  return () => {
    going = false;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
    video.hidden = true;
  };
}
