package io.socketserver.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.beans.factory.annotation.Value;

/**
 * Injects the port that the only socket server of the application listens on: with
 * {@code socketserver.port=0}, the one it got. It is known once the server has started,
 * so this is for tests and for beans that are made later.
 *
 * <p>
 * A server on a Unix socket has none, and does not count as one.
 *
 * <p>
 * Where there are several servers, {@code @Value("${local.socketserver.<name>.port}")}
 * injects that of one.
 */
@Target({ ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Value("${local.socketserver.port}")
public @interface LocalSocketServerPort {

}
