/** The documents above the lifecycle workflows: the service root, `$metadata` and `identityGovernance`. */
import { GraphError } from './graph-error.ts';
import { type Csdl, metadataOf, ROOT_SINGLETON } from './metadata.ts';
import { metadataXml } from './metadata-xml.ts';
import type { Step } from './path.ts';
import { acceptOf, mediaTypesOf, readAccept } from './prefer.ts';
import { readQuery } from './query.ts';
import type { Reply, Target } from './service.ts';

/** The answer for one of these documents; `null` for other paths. @throws GraphError 400, 405, 406. */
export function documentAt(request: Request, target: Target): Reply | null {
  const write = documentOf(target.steps);
  if (write === null) return null;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const message = 'Specified HTTP method is not allowed for the request target.';
    throw new GraphError(405, 'Request_BadRequest', message, { Allow: 'GET' });
  }
  readQuery(target.params, []);
  return write(target, acceptOf(request.headers, target.params));
}

type Write = (target: Target, accept: string | null) => Reply;

function documentOf(steps: readonly Step[]): Write | null {
  const [first, ...more] = steps;
  if (first === undefined) return root;
  if (more.length > 0 || first.isKey || first.args !== null) return null;
  if (first.text === '$metadata') return metadata;
  return first.text.toLowerCase() === ROOT_SINGLETON.toLowerCase() ? governance : null;
}

const root: Write = ({ base }, accept) => {
  const level = readAccept(accept, 'json');
  const value = [{ name: ROOT_SINGLETON, kind: 'Singleton', url: ROOT_SINGLETON }];
  const context = level === 'none' ? {} : { '@odata.context': `${base}/$metadata` };
  return { status: 200, headers: {}, level, body: { ...context, value } };
};

const governance: Write = ({ base }, accept) => {
  const level = readAccept(accept, 'json');
  const context = { '@odata.context': `${base}/$metadata#${ROOT_SINGLETON}` };
  return { status: 200, headers: {}, level, body: level === 'none' ? {} : context };
};

let known: { readonly json: Csdl; readonly xml: string } | null = null;

/** XML, unless the client would rather have JSON. */
const metadata: Write = (_, accept) => {
  if (known === null) {
    const json = metadataOf();
    known = { json, xml: metadataXml(json) };
  }
  const type = mediaTypesOf(accept).find((one) => one in FORMATS);
  if (type === undefined) {
    throw new GraphError(
      406,
      'NotAcceptable',
      'Expected Accept or $format to allow application/xml or application/json.',
    );
  }
  if (FORMATS[type] === 'json') return { status: 200, headers: {}, body: known.json };
  return { status: 200, headers: { 'Content-Type': 'application/xml;charset=utf-8' }, body: known.xml };
};

const FORMATS: Readonly<Record<string, 'xml' | 'json'>> = {
  'application/xml': 'xml',
  'text/xml': 'xml',
  'application/json': 'json',
  'application/*': 'xml',
  '*/*': 'xml',
};
