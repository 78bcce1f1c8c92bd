package io.socketserver.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.context.annotation.Scope;
import org.springframework.stereotype.Component;

/**
 * Marks the handler of a server: a class that implements
 * {@link io.socketserver.request.RequestHandler}, mostly by extending
 * {@link io.socketserver.request.StreamRequestHandler}, or a
 * {@link io.socketserver.message.MessageHandler}. The bean is a prototype: each
 * connection gets an object of its own, with its dependencies injected, which is
 * destroyed when the connection ends. A message handler may also be a singleton,
 * {@code @Scope("singleton")}: all connections then share it.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Component
@Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
public @interface RequestHandler {

	/**
	 * The names of the servers it serves.
	 * @return names; none for every server that no other handler names
	 */
	String[] value() default {};

}
