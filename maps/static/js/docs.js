// The API's description in Swagger UI, from our own files.

const { openapiUrl } = document.getElementById("swagger").dataset;

window.SwaggerUIBundle({ url: openapiUrl, dom_id: "#swagger", deepLinking: true, validatorUrl: null, persistAuthorization: false });
