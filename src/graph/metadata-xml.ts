/** CSDL JSON as CSDL XML: `$metadata` is XML unless the client asks for JSON. */
import type { Csdl, CsdlValue } from './metadata.ts';

const EDMX = 'http://docs.oasis-open.org/odata/ns/edmx';
const EDM = 'http://docs.oasis-open.org/odata/ns/edm';

/** The document as XML of version 4.0. */
export function metadataXml(document: Csdl): string {
  const schemas = membersOf(document).map(([namespace, schema]) =>
    element('Schema', { Namespace: namespace, xmlns: EDM }, membersOf(schema as Csdl).flatMap(partOf)),
  );
  const services = element('edmx:DataServices', {}, schemas);
  const root = element('edmx:Edmx', { Version: '4.0', 'xmlns:edmx': EDMX }, [services]);
  return `<?xml version="1.0" encoding="utf-8"?>\n${root}`;
}

function partOf([name, value]: Member): readonly string[] {
  if (Array.isArray(value)) return (value as readonly Csdl[]).map((one) => operation(name, one));
  const part = value as Csdl;
  switch (part.$Kind) {
    case 'EnumType':
      return [enumeration(name, part)];
    case 'EntityContainer':
      return [
        element(
          'EntityContainer',
          { Name: name },
          membersOf(part).map(([singleton, { $Type }]) =>
            element('Singleton', { Name: singleton, Type: $Type }),
          ),
        ),
      ];
    default:
      return [type(name, part)];
  }
}

function enumeration(name: string, part: Csdl): string {
  const members = membersOf(part).map(([member, value]) => element('Member', { Name: member, Value: value }));
  return element('EnumType', { Name: name, IsFlags: part.$IsFlags }, members);
}

function type(name: string, { $Kind, $BaseType, $Abstract, $Key, ...rest }: Csdl): string {
  const keys = ($Key as readonly string[] | undefined)?.map((key) => element('PropertyRef', { Name: key }));
  const properties = membersOf(rest).map(([property, facets]) => propertyOf(property, facets as Csdl));
  return element(String($Kind), { Name: name, BaseType: $BaseType, Abstract: $Abstract }, [
    ...(keys ? [element('Key', {}, keys)] : []),
    ...properties,
  ]);
}

/** In XML, unlike in JSON, nullable is the default. For a collection `Nullable` is about its elements. */
function propertyOf(name: string, facets: Csdl): string {
  const isLink = facets.$Kind === 'NavigationProperty';
  const isNeverNull = facets.$Nullable === undefined && !(isLink && facets.$Collection === true);
  return element(isLink ? 'NavigationProperty' : 'Property', {
    Name: name,
    ...typeAttributes(facets),
    Nullable: isNeverNull ? false : undefined,
    ContainsTarget: facets.$ContainsTarget,
  });
}

function operation(name: string, { $Kind, $IsBound, $Parameter, $ReturnType }: Csdl): string {
  const parameters = ($Parameter as readonly Csdl[]).map(({ $Name, ...facets }) =>
    element('Parameter', { Name: $Name, ...typeAttributes(facets), Nullable: false }),
  );
  const returned = $ReturnType as Csdl | undefined;
  const results = returned ? [element('ReturnType', { ...typeAttributes(returned), Nullable: false })] : [];
  return element(String($Kind), { Name: name, IsBound: $IsBound }, [...parameters, ...results]);
}

function typeAttributes({ $Type = 'Edm.String', $Collection, $Precision }: Csdl): Attributes {
  return { Type: $Collection === true ? `Collection(${$Type})` : $Type, Precision: $Precision };
}

type Member = readonly [name: string, value: CsdlValue];
type Attributes = Readonly<Record<string, CsdlValue | undefined>>;

/** The members of an object of CSDL JSON, without its keywords. */
function membersOf(part: Csdl): readonly (readonly [string, Csdl & CsdlValue])[] {
  return Object.entries(part).filter(([name]) => !name.startsWith('$')) as never;
}

function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escaped(String(value))}"`],
  );
  const open = `<${name}${written.join('')}`;
  return children.length === 0 ? `${open}/>` : `${open}>${children.join('')}</${name}>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
