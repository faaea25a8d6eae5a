// A drachtio-srf application that takes every call and every registration.
import Srf from 'drachtio-srf';

const srf = new Srf();
const sdp =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';

srf.register((req, res) => res.send(200, { headers: { Contact: req.get('Contact'), Expires: '3600' } }));
srf.invite((req, res) => {
  // The dialog answers the BYE by itself.
  srf.createUAS(req, res, { localSdp: sdp }).catch((error) => console.error('call failed:', error.message));
});
srf.on('error', (error) => console.error(error.message));
srf.on('connect', (error) => process.send(error ? { error: String(error) } : { ready: true }));
srf.connect({
  host: '127.0.0.1',
  port: Number(process.env.CONTROL_PORT),
  secret: process.env.SECRET,
});
