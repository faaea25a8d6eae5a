// A back-to-back user agent of plain drachtio-srf: every call goes on to `sip:<number called>@TARGET`.
import Srf from 'drachtio-srf';

const { CONTROL_PORT, SECRET, TARGET } = process.env;
const srf = new Srf();
let failed = 0;

/** The first failures say enough; sipp counts them all. */
function complain(reason) {
  if (++failed <= 3) console.error('call failed:', reason);
}

srf.invite((req, res) => {
  srf
    .createB2BUA(req, res, `sip:${req.calledNumber}@${TARGET}`, { localSdpB: req.body })
    .then(({ uas, uac }) => {
      uas.on('destroy', () => uac.destroy());
      uac.on('destroy', () => uas.destroy());
    })
    .catch((error) => complain(error.message));
});
srf.on('error', (error) => console.error(error.message));
srf.on('connect', (error) => process.send(error ? { error: String(error) } : { ready: true }));
srf.connect({ host: '127.0.0.1', port: Number(CONTROL_PORT), secret: SECRET });
