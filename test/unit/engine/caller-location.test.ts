import { describe, expect, it } from 'vitest';
import { callerLocation } from '../../../src/engine/caller-location.js';

/** A circle and a civic address, as in RFC 5491 §5.2.3 and RFC 5139 §5.1. */
const PIDF = `<?xml version="1.0" encoding="UTF-8"?>
<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10"
  xmlns:gml="http://www.opengis.net/gml" xmlns:gs="http://www.opengis.net/pidflo/1.0"
  xmlns:ca="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr" entity="pres:caller@example.cn">
 <tuple id="a"><status><gp:geopriv><gp:location-info>
  <gs:Circle srsName="urn:ogc:def:crs:EPSG::4326">
   <gml:pos> 39.1255 117.1902 </gml:pos>
   <gs:radius uom="urn:ogc:def:uom:EPSG::9001">50.5</gs:radius>
  </gs:Circle>
  <ca:civicAddress xml:lang="zh">
   <ca:country>CN</ca:country><ca:A1>天津市</ca:A1><ca:A3>和平区</ca:A3><ca:RD>南京路 &amp; &lt;1&gt;</ca:RD><ca:HNO>128</ca:HNO><ca:FLR/>
  </ca:civicAddress>
 </gp:location-info></gp:geopriv></status></tuple>
</presence>`;

function located(text: string, type = 'application/pidf+xml') {
  return callerLocation({ headers: {}, bodies: [{ type, id: 'a@b', text }] });
}

describe('callerLocation', () => {
  it('is null when the INVITE told nothing', () => {
    expect(callerLocation({ headers: {}, bodies: [] })).toBeNull();
    expect(callerLocation({ headers: { Geolocation: '<cid:a@b>' }, bodies: [] })).toBeNull();
    expect(located('x', 'application/xml')).toBeNull();
  });

  it('reads point, radius and civic address of a PIDF-LO', () => {
    expect(located(PIDF, 'Application/PIDF+xml; charset=utf-8')).toEqual({
      references: [],
      point: { latitude: 39.1255, longitude: 117.1902, radius: 50.5 },
      address: 'CN 天津市 和平区 南京路 & <1> 128',
      pidf: PIDF,
    });
  });

  it('gives the addresses of a Geolocation header, not those of bodies', () => {
    const headers = { Geolocation: '<cid:a@b>, <https://lis.example/x?y>;p=1,<sip:loc@example.cn>' };
    expect(callerLocation({ headers, bodies: [] })).toEqual({
      references: ['https://lis.example/x?y', 'sip:loc@example.cn'],
      point: null,
      address: null,
      pidf: null,
    });
  });

  it.each([
    ['no XML at all', null],
    ['<pos>39.1 117.2</pos>', { latitude: 39.1, longitude: 117.2, radius: null }],
    ['<gml:pos srsDimension="3">39.1 117.2 12</gml:pos>', { latitude: 39.1, longitude: 117.2, radius: null }],
    ['<pos>-39 -117</pos><radius>-5</radius>', { latitude: -39, longitude: -117, radius: null }],
    ['<pos>91 0</pos>', null],
    ['<pos>0 181</pos>', null],
    ['<pos>39.1</pos>', null],
    ['<pos>north east</pos>', null],
    ['<position>39 117</position>', null],
    ['<civicAddress><A1>open', null],
  ])('guesses nothing from %s', (text, point) => {
    expect(located(text)).toEqual({ references: [], point, address: null, pidf: text });
  });

  it('does not look into a document that is too long, and is not slowed by a hostile one', () => {
    const long = `${' '.repeat(70_000)}<pos>39 117</pos>`;
    expect(located(long)?.point).toBeNull();
    for (const piece of ['<pos ', '<a:', '<civicAddress ', '<A1>', '<pos>1', '&amp;'])
      expect(located(`<civicAddress>${piece.repeat(60_000 / piece.length)}`)?.point).toBeNull();
  });
});
