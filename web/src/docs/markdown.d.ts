declare module '*.md' {
  const html: string;
  export default html;
}
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js';
